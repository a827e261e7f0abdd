// Walks the pages of a running demo in a real browser, as each persona: every page fits a phone, is whole without JavaScript,
// is reached by keyboard, and has no fault that axe-core finds; in light and dark. Screenshots go to the folder given.
//
//     node walk.mjs http://127.0.0.1:8080 FOLDER [CHROMIUM]
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [base, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(folder, { recursive: true });
const faults = [];
let pages = 0;

// What a page must be, whoever looks at it.
async function look(page, name, width, scheme) {
  pages += 1;
  const place = `${name} ${width} ${scheme}`;
  await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (overflow > 0) faults.push(`${place}: ${overflow} px wider than the screen`);
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await axe.run()).violations);
  for (const one of violations) faults.push(`${place}: ${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
  const title = await page.title();
  if (!title.trim()) faults.push(`${place}: no title`);
  await page.keyboard.press('Tab');
  const focused = await page.evaluate(() => document.activeElement && document.activeElement !== document.body);
  if (!focused) faults.push(`${place}: the first Tab reaches nothing`);
}

async function expectText(page, name, text) {
  const body = await page.textContent('body');
  if (!body.includes(text)) faults.push(`${name}: does not say "${text}"`);
}

async function stepIn(page, persona) {
  await page.goto(`${base}/`);
  await page.click(`button[value="${persona}"]`);
}

async function walk(browser, width, scheme, javaScriptEnabled) {
  const context = await browser.newContext({
    viewport: { width, height: 740 }, colorScheme: scheme, bypassCSP: true, javaScriptEnabled: true, locale: 'fr-FR',
  });
  if (!javaScriptEnabled) await context.route('**/*.js', (route) => route.abort());
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  const seen = (name) => look(page, javaScriptEnabled ? name : `${name}-without-js`, width, scheme);
  await page.goto(`${base}/`);
  await seen('front');
  for (const persona of ['gp', 'optician', 'nurse']) {
    await stepIn(page, persona);
    await seen(persona);
  }
  await stepIn(page, 'holder');
  await seen('documents');
  await page.click('a.go');
  await seen('document');
  const history = page.url().replace(/documents.*/, 'historique');
  await page.goto(history);
  await seen('history');
  await expectText(page, 'history', 'refusé');
  await page.goto(`${base}/opposition/0b8f1c1e-0000-4000-8000-000000000000`);
  await seen('objection');
  await page.fill('#code', 'AAAA BBBB CCCC');
  await page.click('button[type=submit]');
  await expectText(page, 'objection', 'pas le bon');
  await seen('objection-wrong');
  await page.goto(`${base}/no-such-page`);
  await seen('not-found');
  await page.goto(`${base}/langue/en?vers=/`);
  await seen('front-english');
  await expectText(page, 'front-english', 'Four stories');
  await context.close();
}

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const width of [360, 1440]) for (const scheme of ['light', 'dark']) await walk(browser, width, scheme, true);
await walk(browser, 360, 'light', false);
await browser.close();
for (const fault of faults) console.log(fault);
console.log(`${pages} pages looked at, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
