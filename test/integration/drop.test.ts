import { expect, test } from 'vitest';
import { dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';

test('a sound pair is registered, filed with a receipt, told, and gone from the inbox', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  await world.put(`inbox/${INSTANCE}/line-7/ca.pem`, ca);
  const event = await world.put(`inbox/${INSTANCE}/line-7/verification.pem`, verification);
  await world.invoke(event);

  expect(world.mqtt.engine.cas(INSTANCE)).toMatchObject([{ name: 'line-7', status: 'active' }]);
  expect(await world.keys('inbox/')).toEqual([]);
  const filed = await world.keys('registered/');
  expect(filed.map((key) => key.replace(/\/[0-9a-f]{16}\//, '/<drop>/'))).toEqual([
    `registered/${INSTANCE}/line-7/<drop>/ca.pem-8e0ee992`,
    `registered/${INSTANCE}/line-7/<drop>/receipt.json`,
    `registered/${INSTANCE}/line-7/<drop>/verification.pem-583282b6`,
  ]);
  expect(await world.text(filed[0] ?? '')).toBe(ca);
  expect(JSON.parse(await world.text(filed[1] ?? ''))).toMatchObject({
    instance: INSTANCE,
    caName: 'line-7',
    caSerial: { asReceived: '5f0000000000000001', canonical: '5f0000000000000001' },
    status: 'active',
    outcome: 'ca-registered',
  });
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered', ca_sn: '5f0000000000000001', instance: INSTANCE }]);
  expect(await world.keys('outbox/alerts/notice/')).toHaveLength(1);
  expect(await world.keys('outbox/outcomes/')).toEqual([]);
});

test("a folder's state does not grow for ever: what was done 90 days ago goes when the folder is used again", async () => {
  const world = await dropWorld();
  const folder = `inbox/${INSTANCE}/line-7/`;
  const drop = async (serial: string): Promise<readonly string[]> => {
    const { ca, verification } = soundPair(world.code(), { serial });
    const events = await world.drop(folder, { 'ca.pem': ca, 'verification.pem': verification });
    for (const event of events) await world.invoke(event);
    const keys = await world.keys(`state/register/${INSTANCE}/line-7/`);
    return keys.filter((key) => key.endsWith('/done.json'));
  };
  const first = await drop('5f01');
  world.clock.advance(89 * 86_400_000);
  const both = await drop('5f02');
  expect([first.length, both.length]).toEqual([1, 2]);
  world.clock.advance(2 * 86_400_000);
  const left = await drop('5f03');
  expect(left).toHaveLength(2);
  expect(left).not.toContain(first[0]);
});
