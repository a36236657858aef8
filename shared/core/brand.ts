declare const brand: unique symbol;

/**
 * A `Base` value that has been through the one function allowed to make it. The name exists for the compiler only:
 * at run time a branded string is a string.
 */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
