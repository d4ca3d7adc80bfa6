/** `./parley test --long`: the sizes that are promised, where `./parley test` tries the same laws at small ones. */
export const long = process.env['PARLEY_TEST_LONG'] === '1'

export const size = (small: number, full: number): number => (long ? full : small)
