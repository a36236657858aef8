import { caRecipe, makeDer, pem, testKey } from './certificates.ts';
import { KEY } from './drop-world.ts';

/** What a chat, a terminal, a spreadsheet or a log viewer would obey: it may be shown, but as nothing more than text. */
export const HOSTILE =
  '\u001b[31m**evil**[evil](http://evil.example)<at user_id="all">evil</at>@all<!channel><@U0EVIL>`evil`\u202e\u2066\u200b\u2028\u0007\r\nevil';

/** Marks of it that must not come out as they went in. */
export const HOSTILE_MARKS = ['**evil', '[evil](', '<at ', '@all', '<!channel>', '<@U0EVIL', '`evil`', '://evil'];

/** Controls but the line feed, bidi, zero-width, line separators. */
export const HIDDEN = /[\0-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** A private key in PEM, as somebody drops it by mistake. */
export const KEY_PEM: string = testKey('p256', 'canary').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A certificate that belongs to nothing here. */
export const CERTIFICATE_PEM: string = pem(makeDer(caRecipe('p256', {}, 'canary')));

/** The base64 lines of a PEM text in one piece. */
export function pemBody(text: string): string {
  return text.replace(/-----[^-]+-----|\s/g, '');
}

/** What must not be in any output, by its name. */
export const SECRETS: Readonly<Record<string, string>> = {
  'private key': pemBody(KEY_PEM),
  certificate: pemBody(CERTIFICATE_PEM),
  'access key secret': KEY.accessKeySecret,
  'STS token': KEY.securityToken,
  'a robot token': '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0',
  'a robot secret': 'SEC0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
  'a webhook secret': 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
  'a signature': 'vjbyPxybdZaNmGa%2ByT272YEAiv4%3D',
};

/** Addresses whose parameters are secrets, and everything else in one line, as an error text would quote it. */
export const JUNK = [
  `https://b.oss-cn-hangzhou.aliyuncs.com/x?OSSAccessKeyId=LTAI5tExampleKeyId00&Expires=1&Signature=${SECRETS['a signature'] ?? ''}`,
  `https://oapi.dingtalk.com/robot/send?access_token=${SECRETS['a robot token'] ?? ''}`,
  SECRETS['a robot secret'],
  SECRETS['a webhook secret'],
  KEY.accessKeySecret,
  KEY.securityToken,
  KEY_PEM,
  CERTIFICATE_PEM,
  HOSTILE,
].join(' ');

/** A piece of a secret long enough to be no chance; the ends of base64 depend on what stands around them. */
function traceOf(secret: string): string {
  return secret.slice(4, 40);
}

/** The same text as it is, without line breaks (also escaped ones), and with what is percent-encoded decoded. */
function readingsOf(text: string): readonly string[] {
  const joined = text.replace(/\\[rn]|\s/g, '');
  return [text, joined, decoded(joined), decoded(decoded(joined))];
}

function decoded(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16)));
}

/** Names of the secrets that a text gives away: as they are, over several lines, percent-encoded, or in base64. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): readonly string[] {
  const readings = readingsOf(text);
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const trace = traceOf(secret);
    const forms = [trace, decoded(trace), encodeURIComponent(trace), ...base64sOf(secret)];
    return forms.some((form) => readings.some((reading) => reading.includes(form))) ? [name] : [];
  });
}

/** The base64 of a text, wherever in its three bytes it begins. */
function base64sOf(secret: string): readonly string[] {
  return [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(4, -8),
  );
}
