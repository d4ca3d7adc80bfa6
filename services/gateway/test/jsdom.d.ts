/** What tests use of jsdom. Its published types bring the browser's globals into everything that is compiled beside them. */
declare module 'jsdom' {
  export interface PageElement {
    hidden: boolean
    textContent: string | null
    click(): void
    getAttribute(name: string): string | null
    hasAttribute(name: string): boolean
    setAttribute(name: string, value: string): void
  }

  export interface PageWindow {
    readonly document: { querySelector(selector: string): PageElement | null }
    readonly location: { hash: string; readonly href: string }
    readonly MutationObserver: new (seen: () => void) => {
      observe(element: PageElement, options: { readonly attributes: true }): void
    }
    addEventListener(type: string, listener: (value: unknown) => void, options: { readonly once: true }): void
    eval(script: string): unknown
  }

  export class JSDOM {
    constructor(html: Buffer, options: { readonly url: string; readonly runScripts: 'outside-only' })
    readonly window: PageWindow
  }
}
