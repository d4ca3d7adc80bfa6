import { type Actor, isAdmin } from './actor.ts'

/** People whose queues one change may end where no administrator makes it: each of them asks for everything again. */
export const mostAnew = 100

/** May the actor make a change after which so many people begin anew, because they know of other channels than before? */
export const mayBeginAnew = (actor: Actor, people: number): boolean => people <= mostAnew || isAdmin(actor)

/** What is said where that is refused. */
export const tooManyAnew = `Only administrators can change who knows of private channels for more than ${mostAnew} people at once.`
