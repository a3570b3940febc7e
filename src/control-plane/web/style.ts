/** The style of all pages: light and dark by what the reader's system says, readable on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1f2328, #e6edf3);
  --muted: light-dark(#59636e, #9aa4ae);
  --page: light-dark(#f6f8fa, #0d1117);
  --card: light-dark(#ffffff, #151b23);
  --line: light-dark(#d1d9e0, #3d444d);
  --link: light-dark(#0550ae, #79b8ff);
  --good: light-dark(#116329, #6fdd8b);
  --bad: light-dark(#a40e26, #ff938a);
  --waiting: light-dark(#7d4e00, #f0b849);
  --live: light-dark(#0550ae, #79b8ff);
  --c0: light-dark(#1f2328, #9aa4ae); --c8: light-dark(#59636e, #9aa4ae);
  --c1: light-dark(#a40e26, #ff938a); --c9: light-dark(#a40e26, #ff938a);
  --c2: light-dark(#116329, #6fdd8b); --c10: light-dark(#116329, #6fdd8b);
  --c3: light-dark(#7d4e00, #f0b849); --c11: light-dark(#7d4e00, #f0b849);
  --c4: light-dark(#0550ae, #79b8ff); --c12: light-dark(#0550ae, #79b8ff);
  --c5: light-dark(#7a2fb0, #d8a6ff); --c13: light-dark(#7a2fb0, #d8a6ff);
  --c6: light-dark(#0a5c6b, #5cd3e8); --c14: light-dark(#0a5c6b, #5cd3e8);
  --c7: light-dark(#4a525a, #d0d7de); --c15: light-dark(#1f2328, #ffffff);
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
header nav, main { max-width: 72rem; margin: 0 auto; padding: 0.75rem 1rem; }
header a { color: inherit; text-decoration: none; margin-right: 1rem; }
header nav { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0; }
.who { margin-left: auto; display: flex; flex-wrap: wrap; align-items: center; font-weight: 400; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.5rem; margin: 0.75rem 0; }
h2 { font-size: 1.15rem; margin: 1.75rem 0 0.5rem; }
h1, h2, td { overflow-wrap: anywhere; }
p { margin: 0.5rem 0; }
code { font: 0.875em ui-monospace, monospace; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.small { font-size: 0.875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.25rem 1rem; margin: 0.75rem 0; }
.notice { border-left: 0.25rem solid var(--waiting); padding: 0.5rem 1rem; }
.notice.bad { border-color: var(--bad); }

table { border-collapse: collapse; width: 100%; }
th { color: var(--muted); font-size: 0.875rem; font-weight: 500; }
th, td { text-align: left; padding: 0.45rem 1rem 0.45rem 0; vertical-align: top; }
tbody tr { border-top: 1px solid var(--line); }

.state { color: var(--muted); font-weight: 600; white-space: nowrap; }
.state::before { content: ""; display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.45em; border-radius: 50%; background: currentColor; }
.state.good { color: var(--good); }
.state.bad { color: var(--bad); }
.state.waiting { color: var(--waiting); }
.state.live { color: var(--live); }

.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.25rem 0.5rem; z-index: 1; }
main:focus { outline: none; }
.button { font: inherit; font-size: 0.875rem; color: var(--link); background: var(--card); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.25rem 0.75rem; cursor: pointer; text-decoration: none; display: inline-block; white-space: nowrap; }
.button:hover { border-color: currentColor; }
.button:focus-visible, input:focus-visible, textarea:focus-visible, select:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.button[aria-pressed="true"], .button.primary { color: var(--card); background: var(--link); }
.button.danger { color: var(--card); background: var(--bad); }
.actions, .search { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
input, textarea, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--muted); border-radius: 0.375rem; padding: 0.25rem 0.5rem; max-width: 100%; }
textarea { width: 100%; font: 0.8125rem/1.4 ui-monospace, monospace; }
form.card { padding: 0.5rem 1rem; }
.field { margin: 0.75rem 0; }
.field > label:first-child { display: block; font-weight: 600; }
.field > input:not([type="checkbox"], [type="file"]), .field > select { width: 100%; max-width: 36rem; display: block; }
.field p { margin: 0.125rem 0; }
fieldset.field { border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.25rem 0.75rem 0.5rem; max-width: 36rem; }
legend { font-weight: 600; padding: 0 0.25rem; }
.box { display: inline-block; margin-right: 1rem; white-space: nowrap; }
details.more { border-top: 0; }
progress { max-width: 100%; accent-color: var(--link); }
.plain { list-style: none; margin: 0; padding: 0; }
p.bad { color: var(--bad); font-weight: 600; }
[aria-invalid="true"] { border-color: var(--bad); }
.meanwhile { color: var(--waiting); white-space: pre-line; }
pre.card { padding: 0.5rem 1rem; }
pre.token { max-height: 8rem; overflow: auto; }
.tabs { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; border-bottom: 1px solid var(--line); margin: 1rem 0; }
.tabs a { padding: 0.4rem 0; text-decoration: none; }
.tabs a[aria-current] { color: var(--text); font-weight: 600; box-shadow: inset 0 -2px var(--link); }
.tags { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem; margin: 0; padding: 0; }
.tags li { font: 0.8125rem ui-monospace, monospace; border: 1px solid var(--line); border-radius: 0.375rem; padding: 0 0.375rem; overflow-wrap: anywhere; }
.phases { padding: 0.5rem 1rem 0.5rem 2rem; }
.chart { padding: 0.75rem 1rem; }
.chart svg { display: block; width: 100%; height: 8rem; border-bottom: 1px solid var(--muted); }
.plot { display: grid; }
.axis { display: flex; justify-content: space-between; gap: 1rem; }
.area { fill: var(--muted); }
.area.of-busy { fill: var(--live); }
.area.of-queued { fill: var(--waiting); }
.area.of-idle { fill: light-dark(#aceebb, #196c2e); }
.area.of-drained { fill: light-dark(#d1d9e0, #3d444d); }
.hatch { stroke: var(--good); stroke-width: 1.5; fill: none; }
.dot { fill: var(--text); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0; }
.legend li::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border: 1px solid var(--muted); background: var(--live); }
.legend .of-idle::before { background: repeating-linear-gradient(135deg, var(--good) 0 1.5px, light-dark(#aceebb, #196c2e) 1.5px 4px); }
.legend .of-drained::before { background: radial-gradient(circle, var(--text) 1px, light-dark(#d1d9e0, #3d444d) 1.5px) 0 0 / 4px 4px; }
.button[aria-current] { color: var(--card); background: var(--link); }
.filter { display: none; }
.script .filter { display: flex; }
.changes ul { list-style: none; margin: 0; padding: 0 0 0.5rem; }
.changes > :first-child { border-top: 0; }
.changes .bad { color: var(--bad); }
.sign { display: inline-block; min-width: 1.75rem; font-family: ui-monospace, monospace; color: var(--muted); }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
#connection { position: sticky; bottom: 0.5rem; max-width: 70rem; margin: 0.5rem auto; }
[hidden] { display: none; }

dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 0.5rem 1.5rem; margin: 0.5rem 0; }
dt { color: var(--muted); font-size: 0.875rem; }
dd { margin: 0; overflow-wrap: anywhere; }

details { border-top: 1px solid var(--line); }
summary { padding: 0.5rem 0; cursor: pointer; font-weight: 600; }
.log { padding: 0 1rem; }
details[data-step] > :last-child { padding-bottom: 0.75rem; }
.log > :first-child { border-top: 0; }
.log:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
pre { font: 0.8125rem/1.5 ui-monospace, monospace; margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.full { content-visibility: auto; contain-intrinsic-size: auto calc(200 * 0.8125rem * 1.5); }
div.system { border-top: 1px solid var(--line); padding-top: 0.5rem; }
.system { color: var(--muted); }
div.system { padding-bottom: 0.5rem; }
.stderr { color: var(--bad); }
.bold { font-weight: 700; }
.dim { color: var(--muted); }
.italic { font-style: italic; }
.underline { text-decoration: underline; }
.strike { text-decoration: line-through; }
${[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
  .map((n) => `.c${n} { color: var(--c${n}); }\n.b${n} { color: var(--card); background: var(--c${n}); }`)
  .join('\n')}
.inverse { color: var(--card); background: var(--text); }
::highlight(found) { background: light-dark(#fff1a8, #5c4a00); color: var(--text); }
::highlight(current) { background: light-dark(#ffb757, #b36b00); color: light-dark(#1f2328, #ffffff); }

@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr, td { display: block; }
  tbody tr { padding: 0.5rem 0; }
  tbody tr:first-child { border-top: 0; }
  td { padding: 0.1rem 0; }
  td:empty { display: none; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); }
}
`;
