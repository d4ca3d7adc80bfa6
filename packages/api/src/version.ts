/** What the server says of itself; clients decide by the feature level (Zulip API changelog). */
export const featureLevel = 372
export const zulipVersion = '10.2'
export const zulipMergeBase = '10.2'
