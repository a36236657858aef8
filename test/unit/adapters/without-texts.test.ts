import { expect, test } from 'vitest';
import { withoutTexts } from '../../../shared/adapters/without-texts.ts';

const emptied = (json: string): string => withoutTexts(Buffer.from(json), 'Content').toString('utf8');

test('every text of the name is empty afterwards, and nothing else has changed', () => {
  const json = '{"Data":[{"Content":"-----BEGIN\\nMII=","Sn":"4a"},{"Sn":"4b","Content":"x","Name":"Zähler 水"}]}';
  expect(emptied(json)).toBe('{"Data":[{"Content":"","Sn":"4a"},{"Sn":"4b","Content":"","Name":"Zähler 水"}]}');
});

test('escaped quotes and backslashes do not end a text', () => {
  expect(emptied(String.raw`{"Content":"a\"b\\","Sn":"4a"}`)).toBe('{"Content":"","Sn":"4a"}');
  expect(emptied(String.raw`{"Content":"\\\"","Sn":"4a"}`)).toBe('{"Content":"","Sn":"4a"}');
});

test('a text that looks like the field stays as it is', () => {
  const json = JSON.stringify({ Name: '"Content":"mine"', Sn: 'Content' });
  expect(emptied(json)).toBe(json);
});

test('a field that is no text, and one written with blanks, stay as they are', () => {
  const json = '{"Content":null,"A":{"Content":{"Content":7}},"B":{"Content" : "kept"}}';
  expect(emptied(json)).toBe(json);
});

test('a document that breaks off inside the text stays unreadable', () => {
  expect(emptied('{"Content":"-----BEGIN')).toBe('{"Content":"-----BEGIN');
});

test('a document without the field stays as it is', () => {
  expect(emptied('')).toBe('');
  expect(emptied('[]')).toBe('[]');
});
