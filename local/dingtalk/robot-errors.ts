import { type HttpReply, jsonReply } from '../http-reply.ts';

const MORE = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';

/** Every answer of the robot, as copies of its page and people's reports have them; the status is always 200. */
const ROBOT_ANSWERS = {
  ok: { errcode: 0, errmsg: 'ok' },
  busy: { errcode: -1, errmsg: '系统繁忙' },
  'no-such-path': { errcode: 404, errmsg: '请求的URI地址不存在' },
  'parameter-missing': { errcode: 40035, errmsg: '缺少参数' },
  'parameter-invalid': { errcode: 40035, errmsg: '不合法的参数' },
  'not-post': { errcode: 43002, errmsg: '需要POST请求' },
  'content-type': { errcode: 43004, errmsg: '无效的HTTP HEADER Content-Type' },
  'token-unknown': { errcode: 300005, errmsg: 'token is not exist' },
  'timestamp-invalid': { errcode: 310000, errmsg: `invalid timestamp, ${MORE}` },
  'sign-differs': { errcode: 310000, errmsg: `sign not match, ${MORE}` },
  'keyword-missing': { errcode: 310000, errmsg: `keywords not in content, ${MORE}` },
  'type-unknown': { errcode: 400105, errmsg: '不支持的消息类型' },
  'content-unsuitable': { errcode: 430102, errmsg: '消息中包含不合适的文本内容' },
  'too-long': { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' },
  'too-fast': { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
} as const satisfies Record<string, { readonly errcode: number; readonly errmsg: string }>;

/** The name of one answer. */
export type RobotAnswer = keyof typeof ROBOT_ANSWERS;

/** An answer of the robot; `detail` names a parameter and repeats nothing of the message. */
export function robotReply(answer: RobotAnswer, detail?: string): HttpReply {
  const { errcode, errmsg } = ROBOT_ANSWERS[answer];
  return jsonReply(200, { errcode, errmsg: detail === undefined ? errmsg : `${errmsg} ${detail}` });
}

/** What the front end answers in the robot's place when a source sends too much: no error code at all. */
export function antiFloodReply(): HttpReply {
  return jsonReply(200, { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: '0a0b0c0d0e0f' });
}
