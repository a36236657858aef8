import * as v from 'valibot';

const Filled = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== '', 'is blank'),
);
const Address = v.pipe(v.string(), v.url());
const Names = v.optional(v.pipe(v.array(Filled), v.maxLength(50)));
const Common = {
  msgUuid: v.optional(v.pipe(Filled, v.maxLength(64))),
  at: v.optional(v.strictObject({ atMobiles: Names, atUserIds: Names, isAtAll: v.optional(v.boolean()) })),
};
const Orientation = v.optional(v.picklist(['0', '1']));
const Card = v.union([
  v.strictObject({ title: Filled, text: Filled, singleTitle: Filled, singleURL: Address, btnOrientation: Orientation }),
  v.strictObject({
    title: Filled,
    text: Filled,
    btnOrientation: Orientation,
    btns: v.pipe(v.array(v.strictObject({ title: Filled, actionURL: Address })), v.minLength(1)),
  }),
]);
const FeedLink = v.strictObject({ title: Filled, messageURL: Address, picURL: v.optional(v.string()) });

const SCHEMAS = {
  text: v.strictObject({ ...Common, msgtype: v.literal('text'), text: v.strictObject({ content: Filled }) }),
  markdown: v.strictObject({
    ...Common,
    msgtype: v.literal('markdown'),
    markdown: v.strictObject({ title: Filled, text: Filled }),
  }),
  link: v.strictObject({
    ...Common,
    msgtype: v.literal('link'),
    link: v.strictObject({ title: Filled, text: Filled, messageUrl: Address, picUrl: v.optional(v.string()) }),
  }),
  actionCard: v.strictObject({ ...Common, msgtype: v.literal('actionCard'), actionCard: Card }),
  feedCard: v.strictObject({
    ...Common,
    msgtype: v.literal('feedCard'),
    feedCard: v.strictObject({ links: v.pipe(v.array(FeedLink), v.minLength(1)) }),
  }),
} as const;

type RobotBody = v.InferOutput<(typeof SCHEMAS)[keyof typeof SCHEMAS]>;

/** A body that a robot shows, or what is wrong with it. */
export type RobotMessage =
  | { readonly kind: 'message'; readonly key?: string; readonly title: string; readonly text: string }
  | { readonly kind: 'type-missing' }
  | { readonly kind: 'type-unknown' }
  /** `where` is the path of the member. */
  | { readonly kind: 'missing' | 'invalid'; readonly where: string };

/**
 * Reads a body of `POST /robot/send`. Members that the page does not have are refused: the real robot passes them over,
 * so that a mention put in the wrong place, or an idempotency key misspelt, would never be noticed.
 *
 * @see "Message types" of the custom robot's page.
 */
export function readRobotMessage(body: object): RobotMessage {
  const type: unknown = 'msgtype' in body ? body.msgtype : undefined;
  if (type === undefined) return { kind: 'type-missing' };
  if (typeof type !== 'string' || !isKnown(type)) return { kind: 'type-unknown' };
  const read = v.safeParse(SCHEMAS[type], body);
  if (!read.success) {
    const [issue] = read.issues;
    const isMissing = issue.received === 'undefined' || issue.type === 'check';
    return { kind: isMissing ? 'missing' : 'invalid', where: v.getDotPath(issue)?.slice(0, 64) ?? 'json' };
  }
  const key = read.output.msgUuid;
  return { kind: 'message', ...(key === undefined ? {} : { key }), ...wordsOf(read.output) };
}

const isKnown = (type: string): type is keyof typeof SCHEMAS => Object.hasOwn(SCHEMAS, type);

/** What people read: a title as the list of conversations shows it, and the text. */
function wordsOf(body: RobotBody): { readonly title: string; readonly text: string } {
  switch (body.msgtype) {
    case 'text':
      return { title: '', text: body.text.content };
    case 'markdown':
      return body.markdown;
    case 'link':
      return body.link;
    case 'actionCard':
      return body.actionCard;
    case 'feedCard': {
      const titles = body.feedCard.links.map((link) => link.title);
      return { title: titles[0] ?? '', text: titles.join('\n') };
    }
    default:
      throw new Error(`no such message: ${String(body satisfies never)}`);
  }
}
