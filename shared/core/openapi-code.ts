/**
 * What a caller does about a refusal.
 *
 * - `retry`: nobody's fault, the same call may work later.
 * - `refresh-credentials`: the key or token is no longer good; once more with fresh ones.
 * - `look-up`: the write may have happened already; ask the service what it has.
 * - `not-found`: the service has no such certificate; an answer, not a fault.
 * - `fix-configuration`: someone must change the account, its permissions, its quota or our settings; the files are fine.
 * - `fix-input`: this request can never work; other requests can.
 */
export type Remedy = 'retry' | 'refresh-credentials' | 'look-up' | 'not-found' | 'fix-configuration' | 'fix-input';

/** One sentence in both languages of the operators. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** What is known about one error code. */
export interface CodeFacts {
  readonly remedy: Remedy;
  readonly meaning: Bilingual;
  readonly whatToDo: Bilingual;
}

const WAIT: Bilingual = {
  zh: '无需处理，流水线会自动重试；持续一小时以上请向云产品支持提交工单并附上请求编号。',
  en: 'Nothing to do: the pipeline tries again. If it lasts for more than an hour, open a ticket and name the request id.',
};
const GRANT: Bilingual = {
  zh: '请为函数角色授予文档列出的 mq 权限（含 mq:MqttInstanceAccess），流水线随后会自动继续。',
  en: "Grant the function's role the mq actions the documentation lists (mq:MqttInstanceAccess among them); work then goes on by itself.",
};
const CHECK_INSTANCE: Bilingual = {
  zh: '请核对配置中的实例编号、地域和接入点是否属于同一账号。',
  en: 'Check that the instance id, the region and the endpoint in the configuration belong to one account.',
};
const CHECK_KEYS: Bilingual = {
  zh: '请检查函数角色或命令行所用的访问密钥。',
  en: "Check the function's role, or the access key the command line uses.",
};
const CHECK_CLOCK: Bilingual = {
  zh: '请检查运行环境的系统时间是否准确。',
  en: 'Check the clock of the machine that sent the request.',
};
const UPDATE: Bilingual = {
  zh: '请核对接入点配置；若正确，请升级本软件。',
  en: 'Check the endpoint in the configuration; if it is right, update this software.',
};
const NEW_PAIR: Bilingual = {
  zh: '请重新获取注册码，用它制作新的验证证书，再与 CA 证书一起上传。',
  en: 'Ask for a new registration code, make a new verification certificate with it, and drop it together with the CA.',
};

/**
 * Every error code we know: those of the product (OnsMqtt 2020-04-20, the pages of its operations), those of the OpenAPI
 * gateway, and our own three for calls that brought no readable answer. Decisions are made by code and never by HTTP
 * status: the product has announced that its statuses change, and throttling already comes as 400, faults as 417.
 */
export const OPENAPI_CODES = {
  // Ours
  Timeout: {
    remedy: 'retry',
    meaning: { zh: '在限定时间内没有收到应答。', en: 'No answer came within the time limit.' },
    whatToDo: {
      zh: '无需处理，流水线会自动重试；若一直超时，请检查网络，或确认出口地址是否因超过调用频率被封禁。',
      en: 'Nothing to do: the pipeline tries again. If it never answers, check the network, and whether the source address was blocked for calling too fast.',
    },
  },
  NoConnection: {
    remedy: 'retry',
    meaning: {
      zh: '无法连接到服务，或连接中途断开。',
      en: 'The service could not be reached, or the connection broke.',
    },
    whatToDo: {
      zh: '无需处理，流水线会自动重试；若一直失败，请检查接入点、专有网络和域名解析。',
      en: 'Nothing to do: the pipeline tries again. If it keeps failing, check the endpoint, the VPC and name resolution.',
    },
  },
  UnreadableAnswer: {
    remedy: 'retry',
    meaning: { zh: '收到的应答不是该服务的格式。', en: 'What came back is not an answer of this service.' },
    whatToDo: {
      zh: '无需处理，流水线会自动重试；若一直如此，请检查接入点以及途中的代理或负载均衡。',
      en: 'Nothing to do: the pipeline tries again. If it lasts, check the endpoint and any proxy or load balancer on the way.',
    },
  },

  // The product: faults that pass
  InternalError: {
    remedy: 'retry',
    meaning: { zh: '服务内部错误。', en: 'The service has an internal fault.' },
    whatToDo: WAIT,
  },
  SystemOverFlow: {
    remedy: 'retry',
    meaning: { zh: '服务繁忙，请求被限流。', en: 'The service is busy and throttles requests.' },
    whatToDo: WAIT,
  },
  GetCaNumError: {
    remedy: 'retry',
    meaning: { zh: '服务暂时读不到 CA 证书数量。', en: 'The service could not count the CA certificates just now.' },
    whatToDo: WAIT,
  },

  // The product: registering
  RegisterCodeError: {
    remedy: 'fix-input',
    meaning: {
      zh: '验证证书中的注册码不是该实例当前的注册码。',
      en: "The registration code in the verification certificate is not this instance's current one.",
    },
    whatToDo: NEW_PAIR,
  },
  RegisterCodeUsed: {
    remedy: 'look-up',
    meaning: { zh: '该注册码已被使用过。', en: 'This registration code has been used before.' },
    whatToDo: NEW_PAIR,
  },
  SnNotUnique: {
    remedy: 'look-up',
    meaning: {
      zh: '该 CA 证书序列号已被注册（同一地域内的任何实例）。',
      en: 'A CA certificate with this serial is registered already, in this or in another instance.',
    },
    whatToDo: {
      zh: '如需在本实例使用，请先在原实例删除，或签发序列号不同的 CA 证书。',
      en: 'To use it here, delete it where it is registered, or issue a CA certificate with another serial.',
    },
  },
  CertificateContentError: {
    remedy: 'fix-input',
    meaning: {
      zh: '服务不接受该 CA 证书或验证证书的内容。',
      en: 'The service does not accept the CA certificate or the verification certificate.',
    },
    whatToDo: {
      zh: 'CA 证书必须带有 basicConstraints CA=true，验证证书必须由它签发；请重新制作后上传。',
      en: 'The CA certificate needs basicConstraints CA=true and must have signed the verification certificate; make the pair again and drop it.',
    },
  },
  CaNumExceed: {
    remedy: 'fix-configuration',
    meaning: {
      zh: '该实例的 CA 证书数量已达上限。',
      en: 'The instance holds as many CA certificates as its quota allows.',
    },
    whatToDo: {
      zh: '文件没有问题。请删除不再使用的 CA 证书，或申请提高配额；流水线随后会自动继续。',
      en: 'The files are fine. Delete a CA certificate that is no longer used, or ask for a higher quota; registration then goes on by itself.',
    },
  },

  // The product: looking up
  FindCaBySnError: {
    remedy: 'not-found',
    meaning: { zh: '该实例中没有这个序列号的 CA 证书。', en: 'The instance has no CA certificate with this serial.' },
    whatToDo: {
      zh: '请核对序列号和实例；若 CA 证书被删除，请重新注册。',
      en: 'Check the serial and the instance; if the CA certificate was deleted, register it again.',
    },
  },
  FindDeviceBySnError: {
    remedy: 'not-found',
    meaning: {
      zh: '该 CA 证书下没有这个序列号的设备证书。',
      en: 'There is no device certificate with this serial under this CA certificate.',
    },
    whatToDo: {
      zh: '设备证书在首次连接时才会登记；若设备连接过，请核对序列号。',
      en: 'A device certificate is registered when the device first connects; if it has connected, check the serial.',
    },
  },

  // The product: account, instance, permission
  MqttInstanceNotFound: {
    remedy: 'fix-configuration',
    meaning: { zh: '该地域没有这个实例。', en: 'There is no such instance in this region.' },
    whatToDo: CHECK_INSTANCE,
  },
  MqttOwnerCheckError: {
    remedy: 'fix-configuration',
    meaning: { zh: '该实例不属于当前账号。', en: 'The instance belongs to another account.' },
    whatToDo: CHECK_INSTANCE,
  },
  InstancePermissionCheckFailed: {
    remedy: 'fix-configuration',
    meaning: { zh: '没有访问该实例的权限。', en: 'Access to the instance is not allowed.' },
    whatToDo: GRANT,
  },
  PermissionCheckFailed: {
    remedy: 'fix-configuration',
    meaning: { zh: '没有执行该操作的权限。', en: 'The operation is not allowed.' },
    whatToDo: GRANT,
  },
  CheckAccountInfoFailed: {
    remedy: 'refresh-credentials',
    meaning: {
      zh: '服务无法识别临时凭证对应的账号。',
      en: 'The service could not tell whose temporary credentials these are.',
    },
    whatToDo: CHECK_KEYS,
  },
  ParameterFieldCheckFailed: {
    remedy: 'fix-input',
    meaning: { zh: '请求缺少参数或参数不合法。', en: 'A parameter is missing or not valid.' },
    whatToDo: {
      zh: '请核对文件夹名（即 CA 名称）与证书内容后重新上传。',
      en: 'Check the name of the folder (it becomes the name of the CA) and the certificates, then drop them again.',
    },
  },
  ApiNotSupport: {
    remedy: 'fix-configuration',
    meaning: { zh: '该实例不支持此操作。', en: 'The instance does not support this operation.' },
    whatToDo: CHECK_INSTANCE,
  },

  // The gateway: faults that pass
  ServiceUnavailable: {
    remedy: 'retry',
    meaning: { zh: '服务暂时不可用。', en: 'The service is unavailable at the moment.' },
    whatToDo: WAIT,
  },
  SignatureNonceUsed: {
    remedy: 'retry',
    meaning: { zh: '请求的随机数与之前的请求重复。', en: "The request's nonce was used before." },
    whatToDo: WAIT,
  },

  // The gateway: credentials
  'InvalidSecurityToken.Expired': {
    remedy: 'refresh-credentials',
    meaning: { zh: '临时凭证已过期。', en: 'The temporary credentials have expired.' },
    whatToDo: CHECK_KEYS,
  },
  'InvalidSecurityToken.Malformed': {
    remedy: 'fix-configuration',
    meaning: { zh: '安全令牌的格式不正确。', en: 'The security token is malformed.' },
    whatToDo: CHECK_KEYS,
  },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    remedy: 'fix-configuration',
    meaning: { zh: '安全令牌与访问密钥不匹配。', en: 'The security token does not belong to the access key.' },
    whatToDo: CHECK_KEYS,
  },
  MissingSecurityToken: {
    remedy: 'fix-configuration',
    meaning: { zh: '临时访问密钥缺少安全令牌。', en: 'A temporary access key was sent without its security token.' },
    whatToDo: CHECK_KEYS,
  },
  'InvalidAccessKeyId.NotFound': {
    remedy: 'refresh-credentials',
    meaning: { zh: '访问密钥不存在。', en: 'There is no such access key.' },
    whatToDo: CHECK_KEYS,
  },
  'InvalidAccessKeyId.Inactive': {
    remedy: 'fix-configuration',
    meaning: { zh: '访问密钥已被禁用。', en: 'The access key is disabled.' },
    whatToDo: CHECK_KEYS,
  },
  SignatureDoesNotMatch: {
    remedy: 'fix-configuration',
    meaning: { zh: '请求签名不正确。', en: 'The signature of the request is wrong.' },
    whatToDo: CHECK_KEYS,
  },
  IncompleteSignature: {
    remedy: 'fix-configuration',
    meaning: { zh: '请求签名不完整。', en: 'The signature of the request is incomplete.' },
    whatToDo: CHECK_KEYS,
  },
  'InvalidTimeStamp.Expired': {
    remedy: 'fix-configuration',
    meaning: { zh: '请求时间与服务时间相差过大。', en: "The request's time is too far from the service's." },
    whatToDo: CHECK_CLOCK,
  },
  'InvalidTimeStamp.Format': {
    remedy: 'fix-configuration',
    meaning: { zh: '请求时间的格式不正确。', en: "The request's time has the wrong format." },
    whatToDo: CHECK_CLOCK,
  },
  NoPermission: {
    remedy: 'fix-configuration',
    meaning: { zh: '没有执行该操作的权限。', en: 'The operation is not allowed.' },
    whatToDo: GRANT,
  },
  'Forbidden.RAM': {
    remedy: 'fix-configuration',
    meaning: { zh: '访问控制策略拒绝了该操作。', en: 'The RAM policy refuses the operation.' },
    whatToDo: GRANT,
  },

  // The gateway: wrong address
  'InvalidApi.NotFound': {
    remedy: 'fix-configuration',
    meaning: { zh: '该接入点没有这个接口。', en: 'The endpoint knows no such operation.' },
    whatToDo: UPDATE,
  },
  'InvalidProduct.NotFound': {
    remedy: 'fix-configuration',
    meaning: { zh: '该接入点没有这个产品。', en: 'The endpoint knows no such product.' },
    whatToDo: UPDATE,
  },
  'InvalidProtocol.NeedSsl': {
    remedy: 'fix-configuration',
    meaning: { zh: '该接入点要求使用 HTTPS。', en: 'The endpoint wants HTTPS.' },
    whatToDo: UPDATE,
  },
  UnsupportedHTTPMethod: {
    remedy: 'fix-configuration',
    meaning: { zh: '该接口不支持所用的 HTTP 方法。', en: 'The operation does not take this HTTP method.' },
    whatToDo: UPDATE,
  },
} as const satisfies Record<string, CodeFacts>;

/** A code with an entry of its own. */
export type KnownCode = keyof typeof OPENAPI_CODES;

/** Codes the gateway forms from a word and a detail (`Throttling.User`, `MissingPageNo`); the table above goes first. */
const FAMILIES: readonly { readonly prefix: string; readonly facts: CodeFacts }[] = [
  {
    prefix: 'Throttling',
    facts: {
      remedy: 'retry',
      meaning: { zh: '调用过于频繁，请求被限流。', en: 'Calls come too fast and are throttled.' },
      whatToDo: WAIT,
    },
  },
  {
    prefix: 'Forbidden',
    facts: {
      remedy: 'fix-configuration',
      meaning: { zh: '该操作被禁止。', en: 'The operation is forbidden.' },
      whatToDo: GRANT,
    },
  },
  {
    prefix: 'InvalidTimeStamp',
    facts: {
      remedy: 'fix-configuration',
      meaning: { zh: '请求时间不被接受。', en: "The request's time is not accepted." },
      whatToDo: CHECK_CLOCK,
    },
  },
  {
    prefix: 'InvalidAccessKeyId',
    facts: {
      remedy: 'fix-configuration',
      meaning: { zh: '访问密钥无效。', en: 'The access key is not valid.' },
      whatToDo: CHECK_KEYS,
    },
  },
  {
    prefix: 'InvalidSecurityToken',
    facts: {
      remedy: 'fix-configuration',
      meaning: { zh: '安全令牌无效。', en: 'The security token is not valid.' },
      whatToDo: CHECK_KEYS,
    },
  },
  {
    prefix: 'Missing',
    facts: {
      remedy: 'fix-input',
      meaning: { zh: '请求缺少必需的参数。', en: 'The request lacks a parameter.' },
      whatToDo: UPDATE,
    },
  },
  {
    prefix: 'Invalid',
    facts: {
      remedy: 'fix-input',
      meaning: { zh: '请求中的某个参数不合法。', en: 'A parameter of the request is not valid.' },
      whatToDo: UPDATE,
    },
  },
];

/** What is known about a code, by its own entry or by its family; `undefined` for a code nobody has told us about. */
export function codeFactsOf(code: string): CodeFacts | undefined {
  if (isKnownCode(code)) return OPENAPI_CODES[code];
  return FAMILIES.find((family) => code.startsWith(family.prefix))?.facts;
}

/** What to do about a code. `unknown` stays unknown: it is reported as it came, and never repeated on a write. */
export function remedyOf(code: string): Remedy | 'unknown' {
  return codeFactsOf(code)?.remedy ?? 'unknown';
}

/** Whether the service asks for fewer calls: its own overflow code or the gateway's throttling family. */
export function isThrottled(code: string): boolean {
  return code === 'SystemOverFlow' || code.startsWith('Throttling');
}

function isKnownCode(code: string): code is KnownCode {
  return Object.hasOwn(OPENAPI_CODES, code); // not `in`: "constructor" is no error code
}
