import { createHmac } from 'node:crypto';

/**
 * The signature of a robot's address: the secret is the key, and time and secret are the message.
 *
 * @param timestamp - Milliseconds, as sent.
 * @returns Base64; percent-encoded once when it goes into an address.
 * @see "Security settings" of the custom robot's page. Feishu's has the two in exchanged roles.
 */
export function signRobot(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}
