import { readCertificate } from './certificate.ts';
import type { Change } from './changes.ts';
import type { Device } from './devices/device.ts';
import { readSerialBytes } from './devices/serial-bytes.ts';
import { refuse } from './errors.ts';
import { findCa, namesSerial, type Operation, type OperationContext, READ, readSerial, WRITE } from './operation.ts';
import { type Listing, readPage, renderPage } from './paging.ts';
import type { Read } from './parameters.ts';
import { renderDevice, type WireObject } from './rendering.ts';
import { spellSerial } from './serial.ts';
import type { RegisteredCa } from './state.ts';

interface FoundDevice {
  readonly ca: RegisteredCa;
  readonly device: Device;
}

/** The device that `CaSn` and `DeviceSn` name, or the refusal. */
function readDevice(context: OperationContext): Read<FoundDevice> {
  const { instance, settings, devices } = context;
  const caSerial = readSerial(context, 'CaSn');
  if (!caSerial.ok) return caSerial;
  const deviceSerial = readSerial(context, 'DeviceSn');
  if (!deviceSerial.ok) return deviceSerial;
  const ca = findCa(context, caSerial.value);
  if (ca === undefined) return refuse(settings.unknownCaOfDevice);
  const serial = readSerialBytes(deviceSerial.value);
  const device = serial === undefined ? undefined : devices.find({ instance, ca: ca.serialHex, serial });
  if (device === undefined || !namesSerial(deviceSerial.value, device.serialHex, settings)) {
    return refuse('FindDeviceBySnError');
  }
  return { ok: true, value: { ca, device } };
}

const NO_NAME = Buffer.from('3000', 'hex');
const subjects = new WeakMap<RegisteredCa, Buffer>(); // a CA's record never changes, it is replaced

/** The subject of a CA as DER; empty when its certificate cannot be read, which no registration lets happen. */
function subjectOf(ca: RegisteredCa): Buffer {
  const subject = subjects.get(ca) ?? readCertificate(ca.caPem)?.subject ?? NO_NAME;
  subjects.set(ca, subject);
  return subject;
}

/** Shows one device certificate. */
export const getDeviceCertificate: Operation = {
  methods: READ,
  run: (context) => {
    const found = readDevice(context);
    if (!found.ok) return found;
    const { ca, device } = found.value;
    // GetDeviceCertificate page: the table says string, the example prints numbers
    const where = { printed: 'number', issuer: subjectOf(ca) } as const;
    return { ok: true, body: { Data: renderDevice(device, where, context.settings) } };
  },
};

/** Renders devices, each with its own CA as issuer. */
function renderDevices(context: OperationContext, devices: readonly Device[]): readonly WireObject[] {
  const { instance, settings, state } = context;
  const cas = new Map(state.cas.filter((ca) => ca.instance === instance).map((ca) => [ca.serialHex, ca]));
  return devices.map((device) => {
    const ca = cas.get(device.caSerialHex);
    return renderDevice(device, { printed: 'string', issuer: ca === undefined ? NO_NAME : subjectOf(ca) }, settings);
  });
}

function listingOf(context: OperationContext, ca: string | undefined): Listing {
  const { instance, devices, settings } = context;
  return {
    key: 'DeviceCertificateVOS',
    totalIs: ca === undefined ? 'pages' : 'results',
    count: devices.count(instance, ca),
    read: (from, length) =>
      renderDevices(context, devices.list(instance, { ca, order: settings.listOrder, from, length })),
  };
}

/** Shows every device certificate of an instance, a page at a time. */
export const listDeviceCertificate: Operation = {
  methods: READ,
  run: (context) => {
    const page = readPage(context.parameters);
    if (!page.ok) return page;
    const data = renderPage(listingOf(context, undefined), page.value, context.settings, context.pageFault);
    return { ok: true, body: { Data: data } };
  },
};

/** The CA that a list is of; `undefined` for one that is not there and has an empty list. */
function readListedCa(context: OperationContext): Read<RegisteredCa | undefined> {
  const serial = readSerial(context, 'CaSn');
  if (!serial.ok) return serial;
  const ca = findCa(context, serial.value);
  if (ca === undefined && context.settings.listOfUnknownCa === 'refused') {
    return refuse(context.settings.unknownCaOfDevice);
  }
  return { ok: true, value: ca };
}

/** Shows the device certificates that one CA issued, a page at a time. */
export const listDeviceCertificateByCaSn: Operation = {
  methods: READ,
  run: (context) => {
    const page = readPage(context.parameters);
    if (!page.ok) return page;
    const ca = readListedCa(context);
    if (!ca.ok) return ca;
    const listing = listingOf(context, ca.value?.serialHex ?? '');
    return { ok: true, body: { Data: renderPage(listing, page.value, context.settings, context.pageFault) } };
  },
};

/** An operation that changes one device and answers its serial, whatever it was before. */
const changeDevice = (changeOf: (instance: string, device: Device) => Change): Operation => ({
  methods: WRITE,
  run: (context) => {
    const found = readDevice(context);
    if (!found.ok) return found;
    const { device } = found.value;
    const body = { DeviceSn: spellSerial(device.serialHex, context.settings) };
    return { ok: true, body, change: changeOf(context.instance, device) };
  },
});

/**
 * Switches a device on. The page lists no code for one that is active already, expired, or under an inactive CA, so all
 * of these are answered alike.
 */
export const activeDeviceCertificate = changeDevice((instance, device) => ({
  kind: 'set-device',
  instance,
  device,
  status: 'active',
}));

/** Switches a device off. */
export const inactivateDeviceCertificate = changeDevice((instance, device) => ({
  kind: 'set-device',
  instance,
  device,
  status: 'inactive',
}));

/** Forgets a device; its next connection registers it anew. */
export const deleteDeviceCertificate = changeDevice((instance, device) => ({
  kind: 'delete-device',
  instance,
  device,
}));
