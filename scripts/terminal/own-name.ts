/** How a person calls this program from a checkout, for commands that are meant to be copied. */
export const OWN_NAME = 'npx mqtt-certs';
