import type { Refusal } from './errors.ts';
import type { PageFault } from './faults.ts';
import { type Parameters, readCount } from './parameters.ts';
import type { WireObject } from './rendering.ts';
import type { MqttSettings } from './settings.ts';

/** The page a caller asks for; both numbers are decimal text on the wire. */
export interface Page {
  /** From 1. */
  readonly number: number;
  /** 1 to 100. */
  readonly size: number;
}

/** What a list is read from. */
export interface Listing {
  /** The field that holds the elements. */
  readonly key: 'CaCertificateVOS' | 'DeviceCertificateVOS';
  /** What the operation's page says `Total` is. */
  readonly totalIs: 'pages' | 'results';
  readonly count: number;
  readonly read: (from: number, length: number) => readonly WireObject[];
}

const PAGE_NUMBER_MAX = 1_000_000_000;
const PAGE_SIZE_MAX = 100; // ListCaCertificate and ListDeviceCertificateByCaSn pages

/** Reads `PageNo` and `PageSize`. */
export function readPage(parameters: Parameters): { readonly ok: true; readonly value: Page } | Refusal {
  const number = readCount(parameters, 'PageNo', PAGE_NUMBER_MAX);
  if (!number.ok) return number;
  const size = readCount(parameters, 'PageSize', PAGE_SIZE_MAX);
  return size.ok ? { ok: true, value: { number: number.value, size: size.value } } : size;
}

/** The `Data` of a list: one page of it, as the settings spell it and the fault, if any, spoils it. */
export function renderPage(
  listing: Listing,
  page: Page,
  settings: MqttSettings,
  fault: PageFault | undefined,
): WireObject {
  const counts = settings.totalCounts === 'as-described' ? listing.totalIs : settings.totalCounts;
  const pages = Math.ceil(listing.count / page.size);
  return {
    Total: counts === 'pages' ? pages : listing.count,
    PageNo: page.number,
    PageSize: page.size,
    [listing.key]: spoil(listing, page, settings, fault),
  };
}

function spoil(
  listing: Listing,
  page: Page,
  settings: MqttSettings,
  fault: PageFault | undefined,
): readonly WireObject[] | null {
  switch (fault) {
    case undefined:
      return elementsOf(listing, page, settings);
    case 'page-short': {
      const elements = elementsOf(listing, page, settings);
      return elements?.slice(0, Math.floor(elements.length / 2)) ?? null;
    }
    case 'page-empty':
      return [];
    case 'page-null':
      return null;
    case 'page-repeated':
      return elementsOf(listing, { ...page, number: Math.max(1, page.number - 1) }, settings);
    default:
      throw new Error(`no such fault: ${String(fault satisfies never)}`);
  }
}

function elementsOf(listing: Listing, page: Page, settings: MqttSettings): readonly WireObject[] | null {
  const { number, size } = page;
  if ((number - 1) * size < listing.count) return listing.read((number - 1) * size, size);
  switch (settings.pastTheEnd) {
    case 'empty-list':
      return [];
    case 'null':
      return null;
    case 'last-page':
      return listing.count === 0 ? [] : listing.read((Math.ceil(listing.count / size) - 1) * size, size);
    default:
      throw new Error(`no such setting: ${String(settings.pastTheEnd satisfies never)}`);
  }
}
