/** Where an image is, from the organisation's URL on. */
export const imageUrl = (org: number, path: string): string => `/user_avatars/${org}/${path}`
