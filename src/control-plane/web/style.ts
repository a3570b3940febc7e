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
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0; }
header { background: var(--card); border-bottom: 1px solid var(--line); }
header nav, main { max-width: 72rem; margin: 0 auto; padding: 0.75rem 1rem; }
header nav { font-weight: 600; }
header a { color: inherit; text-decoration: none; }
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

dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 0.5rem 1.5rem; margin: 0.5rem 0; }
dt { color: var(--muted); font-size: 0.875rem; }
dd { margin: 0; overflow-wrap: anywhere; }

details { border-top: 1px solid var(--line); }
summary { padding: 0.5rem 0; cursor: pointer; font-weight: 600; }
.log { padding: 0 1rem; }
.log > :first-child { border-top: 0; }
pre { font: 0.8125rem/1.5 ui-monospace, monospace; margin: 0; padding: 0.25rem 0 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.system { border-top: 1px solid var(--line); padding-top: 0.5rem; }
.system { color: var(--muted); }
.stderr { color: var(--bad); }

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
