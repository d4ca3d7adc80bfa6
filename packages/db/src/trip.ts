/**
 * Answers of statements that were sent one behind the other, without waiting in between; they still run in their order.
 * Where the first fails the others only say that it did: its error is the one that counts.
 */
export async function onOneTrip<First, Then>(
  first: Promise<First>,
  then: Promise<Then>,
): Promise<readonly [First, Then]> {
  then.catch(() => {})
  return [await first, await then]
}
