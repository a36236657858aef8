import type { Painter } from '../terminal/colour.ts';
import { counted } from '../terminal/table.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import type { DryCa, DrySweep } from './sweep-dry-run.ts';

const DEVICES_SHOWN = 10;
const TOLD_SHOWN = 10;

/** What a sweep would do, for people: the cost, then each CA with what would be done and what not and why. */
export function drySweepReport(dry: DrySweep, paint: Painter): string {
  const { bold, dim, yellow } = paint;
  const { bytes, calls } = dry.cost;
  const cost = `${counted(calls, 'call')}, ${megabytes(bytes)}, ${counted(dry.seconds, 'second')} at the sweep's ${dry.callsPerSecond} calls a second`;
  const news = dry.told.filter(({ device_sn }) => device_sn === undefined);
  return [
    `${bold('A sweep would read')} ${counted(dry.cas.length, 'CA')} with ${cost}`,
    ...(dry.isObserving ? [`${yellow('▲')} MQTT_CERTS_REACTIVATE is observe: it would only say so`] : []),
    ...(dry.cas.length === 0 ? [dim('  nothing is watched: "mqtt-certs watch list"')] : []),
    ...dry.cas.flatMap((ca) => caLines(ca, paint)),
    ...(news.length === 0 ? [] : ['', bold('It would also say')]),
    ...news.slice(0, TOLD_SHOWN).map(({ detail, kind }) => `  ${kind}: ${terminalText(detail ?? '')}`),
    ...(news.length > TOLD_SHOWN ? [dim(`  … and ${news.length - TOLD_SHOWN} more; --json has all`)] : []),
    dim('Nothing was written.'),
    '',
  ].join('\n');
}

function caLines(ca: DryCa, paint: Painter): string[] {
  const { dim, green, red, yellow } = paint;
  const counts = Object.entries(ca.counts)
    .filter(([name, value]) => value !== 0 && name !== 'reactivated')
    .map(([name, value]) => `${String(value)} ${name.replace('_', ' ')}`);
  const byVeto = new Map<string, string[]>();
  for (const { device, veto } of ca.vetoed) byVeto.set(veto, [...(byVeto.get(veto) ?? []), device]);
  return [
    '',
    `  ${ca.instance} / ${ca.ca}  ${dim(counts.join(', '))}`,
    ...(ca.isBreakerOpen ? [`    ${red('✖')} the breaker would open: nothing under this CA would be touched`] : []),
    ...(ca.reactivate.length === 0 ? [] : [`    ${green('●')} would activate ${listed(ca.reactivate)}`]),
    ...[...byVeto].map(([veto, devices]) => `    ${yellow('▲')} ${veto}: ${listed(devices)}`),
  ];
}

function listed(devices: readonly string[]): string {
  const shown = devices.slice(0, DEVICES_SHOWN).join(', ');
  const left = devices.length - DEVICES_SHOWN;
  return `${counted(devices.length, 'device')}: ${shown}${left > 0 ? ` and ${left} more` : ''}`;
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
