// The catalogue. Prices are in minor units; the service receives them with the order and checks the total.

export const CURRENCY = 'EUR';

export const PRODUCTS = [
  {
    code: 'tea-1',
    price: 2100,
    look: { shape: 'cup', tone: '#b9c66b' },
    name: ['Green tea', '绿茶'],
    note: ['Pan-fired, from the April picking. 250 g', '明前采摘，锅炒而成。250 克'],
  },
  {
    code: 'tea-2',
    price: 900,
    look: { shape: 'pearls', tone: '#c9cf94' },
    name: ['Jasmine pearls', '茉莉龙珠'],
    note: ['Rolled by hand, scented for five nights. 50 g', '手工揉捻，五窨而成。50 克'],
  },
  {
    code: 'tea-3',
    price: 1650,
    look: { shape: 'cup', tone: '#cf8a3c' },
    name: ['Iron Goddess oolong', '铁观音'],
    note: ['Lightly roasted; good for six infusions. 100 g', '轻焙火，可泡六道。100 克'],
  },
  {
    code: 'tea-4',
    price: 1280,
    look: { shape: 'cup', tone: '#a8481f' },
    name: ['Keemun black', '祁门红茶'],
    note: ['Malt and orchid; takes milk, needs none. 100 g', '麦香兰韵，清饮为佳。100 克'],
  },
  {
    code: 'tea-6',
    price: 1890,
    look: { shape: 'leaves', tone: '#d8d9b4' },
    name: ['White peony', '白牡丹'],
    note: ['Withered in the sun and left alone. 50 g', '日晒萎凋，不炒不揉。50 克'],
  },
  {
    code: 'tea-5',
    price: 4800,
    look: { shape: 'cake', tone: '#5a2b1c' },
    name: ['Pu-erh cake of 2015', '2015 年普洱饼'],
    note: ['Dark, earthy and in no hurry. 357 g', '陈香厚重，不疾不徐。357 克'],
  },
  {
    code: 'pot-1',
    price: 6500,
    look: { shape: 'pot', tone: '#8d5a44' },
    name: ['Clay teapot', '紫砂壶'],
    note: ['For two small cups; pours without a drip. 160 ml', '两小杯之量，出水利落。160 毫升'],
  },
  {
    code: 'year-1',
    price: 124000,
    look: { shape: 'crate', tone: '#2f5d50' },
    name: ['A year of tea for the office', '办公室一年茶'],
    note: ['Twelve boxes, one each month, for twenty people', '每月一箱，共十二箱，供二十人'],
  },
  {
    code: 'sample-1',
    price: 1,
    look: { shape: 'sachet', tone: '#b9c66b' },
    name: ['Sample sachet', '试饮小包'],
    note: ['One cup of something new, for a token cent', '一杯新茶，只收一分钱'],
  },
];

export function productOf(code) {
  return PRODUCTS.find((product) => product.code === code);
}
