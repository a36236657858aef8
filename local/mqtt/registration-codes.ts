import { randomBytes, randomUUID } from 'node:crypto';
import { type Refusal, refuse } from './errors.ts';
import type { MqttSettings } from './settings.ts';
import type { RegistrationCode } from './state.ts';

/** Codes kept per account; the oldest go first, and a code that went is answered like one never issued. */
const MAX_CODES = 20_000;

interface Issued {
  readonly code: string;
  readonly codes: readonly RegistrationCode[];
}

/** A UUID followed by more characters, like the example of the page; 52 characters fit a common name (at most 64). */
const freshCode = (): string => `${randomUUID()}${randomBytes(8).toString('hex')}`;

/** Hands out a code for an instance and says what the list of codes is afterwards. */
export function issueCode(
  codes: readonly RegistrationCode[],
  request: { readonly instance: string; readonly now: number },
  setting: MqttSettings['newCode'],
): Issued {
  const isOpenHere = (code: RegistrationCode): boolean => code.instance === request.instance && code.status === 'open';
  const open = codes.findLast(isOpenHere);
  if (setting === 'repeats-until-used' && open !== undefined) return { code: open.code, codes };
  const earlier =
    setting === 'invalidates-earlier'
      ? codes.map((code) => (isOpenHere(code) ? { ...code, status: 'superseded' as const } : code))
      : codes;
  const code = freshCode();
  const issued: RegistrationCode = { code, instance: request.instance, issuedAt: request.now, status: 'open' };
  return { code, codes: [...earlier, issued].slice(-MAX_CODES) };
}

/** Whether a code may register a CA of this instance now; `undefined` means yes. */
export function checkCode(
  codes: readonly RegistrationCode[],
  request: { readonly instance: string; readonly code: string },
  isSingleUse: boolean,
): Refusal | undefined {
  const found = codes.find((code) => code.code === request.code && code.instance === request.instance);
  const status = found?.status;
  switch (status) {
    case 'open':
      return undefined;
    case 'used':
      return isSingleUse ? refuse('RegisterCodeUsed') : undefined;
    case 'superseded':
    case undefined:
      return refuse('RegisterCodeError');
    default:
      throw new Error(`no such status: ${String(status satisfies never)}`);
  }
}

/** The list after a code did its work. */
export function markUsed(codes: readonly RegistrationCode[], used: string): readonly RegistrationCode[] {
  return codes.map((code) => (code.code === used ? { ...code, status: 'used' } : code));
}
