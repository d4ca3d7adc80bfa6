import { unknownPicture } from '@parley/api'
import type { Picture } from './images.ts'

const png = (base64: string): Picture => ({ mediaType: 'image/png', bytes: Buffer.from(base64, 'base64') })

/** What every organisation begins with, by the path that it has in each. */
export const firstPictures: ReadonlyMap<string, Picture> = new Map([
  [
    'realm/icon.png',
    png(
      'iVBORw0KGgoAAAANSUhEUgAAAIAAAACABAMAAAAxEHz4AAAAMFBMVEVMaXEubo8ub48ubo4ubo4ub48ub44ubo8vb4////+nwtDU4ujy9vhYi6WEqr1IgJ2XXjAjAAAACHRSTlMA7xzffp9GyHONJFQAAAAJcEhZcwAACxMAAAsTAQCanBgAAAHfSURBVGiB7ZqxagJBFEWfotYhWFgq+YMUScpYBCwtQkgphED6NLaicS/+wbjGWov0EfIDEsRW8wV+gmWYKBs1y+zs3BQhzO0WvIfhzRt4vKtIpMLVYwkWap1fNyRG91buLePmhz1bRSoVyweAajo/UNz336X1A2e7/nx6P1DfKUDTBRB8l+HExQ+cRgcouQFaZe4AiI7QdAUExBXsXsQDnNX9Aly4A9ran3P3A5ciUmEAxyJSYwAdEXHsoo1aIgXGDzSYLtCqS4YDHDFtpNXlLkFfwy0HeHJ/ihsFzEvQanN9pDsJpMQD4GuAP1iDjzdl1PuLGdBTiRoZAZNkQGgC9JL9h0eQva+lDeDZABjbAPoGwMQGEBoAUxvAwABQVvIA5WugfA20/FtQvgbK10DLvwX1z2swZQeMCTvijNkha8mOeT120AQ76oIetsGO+1tFvx8iSWIGrEjADBxgsCABc3CAcE0CXsEB+iABIxIwBAlYkYAZOMBgQQLm4ADh2hpQigVY9ZBWK34ZZ9dDWu34daBdD2kF/EKyxgE6/FI2wwGO+MV0gQM0+OW80PFAhQ0ocmxEImxII3RMlHcH1H8nKuPDuiwbFwobWAodmQob2godGwsdXPPROR3eO/994BOYcMts/8AGuAAAAABJRU5ErkJggg==',
    ),
  ],
  [
    'realm/logo.png',
    png(
      'iVBORw0KGgoAAAANSUhEUgAAAFAAAABQBAMAAAB8P++eAAAAMFBMVEVMaXEub44ubo4ub48ub44ubo4ub44tbo0vb4/////L2+Nmla3G2OCRs8Tm7vJPhaEX4jVpAAAACHRSTlMA64PFJz5DFjMBVxsAAAAJcEhZcwAACxMAAAsTAQCanBgAAAFISURBVEiJ7de9TgJBFAXgKz+hNdhYYmMoMbGgNPEFLC2NleW+wqyBnAasFwFbaaxNLKwx+wBLYw0JxlZCY9gNf5m7O4dWOfWXzc7Nzs4ZkTi3Z8dQY45OZZ3SCTJS9lawmuUAf+kusx1wnrhiyuutY25ieA1nGgtXcD4QMBciknc7oOZechJfpAQqnuQ4WJEDDh7KHQeb3FoAX+ocvBdi3IsYHoKM/FE4f7PyrsHPQMmXDVuaC4LIgjMdPllwpMOeBYc67FpwoMPOHsbZj2cjnWQm//7rGQbk5hqx27Wtw7EFHyaa6/9YEK0w/EjwNFwlSvk/DrafshkFPoODXZAwImEPJIxI+AgO9l9J+J3msH0Mv6izVs7rtJUAhq8KVQ76bJ1p8AUpx8EKWeKMx9dCoYtmga2uwpZhpl5f7VbYnQsv736pYK4pv6MmmRUYzVKvAAAAAElFTkSuQmCC',
    ),
  ],
  // Somebody whom the viewer does not see, and nobody.
  [
    unknownPicture,
    png(
      'iVBORw0KGgoAAAANSUhEUgAAAGQAAABkBAMAAACCzIhnAAAAMFBMVEWjqbXk5urj5emtsr2orrrd4OWlq7fIzNOwtcC6v8jO0di+wsuyt8HX2t/S1dy0ucPvSB17AAAACXBIWXMAAAsTAAALEwEAmpwYAAABtUlEQVRYw+3WO0vDUBQH8ANNm75QjASxGuHioKBDFF0lKLgJDQ4uDhlcXKQWdHDq6qaLiFM7ieBQ/QI+wMWt4AewCH4JF0W0Nuc+zu2VbPnvP8jjnP+9MDJwICUpSUlK/kW2ztd3jg8GIM41fOeZaZM3+MmKLpmDXm71iNv4I/lQi2xCX5Z1iNPoJ3mmQSYglhsN8honQzRx/DjJMJJUAKVFkklMHkhSxSRLkhomNklOMCmQpIFJniQBJhZJIkxySRCDBzN4fYOPbPArDQbGYCwNht9gxQwW2aQu4qVUZslUX6xgy2FSNW5yWJgcSQYHX3q7GJS4l3dLgbX2cRRqEueqt2WZC6ZDps76J3m3S5MZvMh1ilR8rmDrauJx/frVsB0VcQ5BEJspyDYI8yQnni8mVkdK3kGSPRnxIhnJdSXkBaTZEBM3kBMrFJJ5UORRSNoqUhIRD5TpCMismiwKSE1NbJ44gZpYjCNjQGSfI9MUWeVIkyJFjpxQpICJG1EkFyJSATItRMZpcorIKE0WEKnSJItIkyZFRGo0sRFp06SEyD1NhhHxaZJBJEiEWIhENPm9yX8ClN8b+6v5Zg8AAAAASUVORK5CYII=',
    ),
  ],
])
