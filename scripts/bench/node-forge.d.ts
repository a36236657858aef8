/** The part of node-forge the certificate bench compares with; the package ships no types. */
declare module 'node-forge' {
  interface ForgeCertificate {
    readonly validity: { readonly notBefore: Date; readonly notAfter: Date };
    getExtension(name: string): { readonly cA?: boolean } | null;
    isIssuer(parent: ForgeCertificate): boolean;
    verify(child: ForgeCertificate): boolean;
  }

  const forge: { readonly pki: { certificateFromPem(pem: string): ForgeCertificate } };
  export default forge;
}
