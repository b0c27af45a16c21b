/**
 * The whole style sheet of the survey pages. It goes inside the page, so that a page is one request, and the policy allows exactly this text by its hash;
 * hence no style attributes anywhere. Only logical properties: a page turns round for a right-to-left locale by itself.
 */
export const style = `
:root{color-scheme:light dark;--page:#eef2f3;--card:#fff;--ink:#16211f;--soft:#53625f;--line:#75837f;--hair:#dbe2e0;--tint:#e9f3f0;--accent:#0b6b5c;--words:var(--accent);--on:#fff;--bad:#b3201a;--tint-bad:#fdf0ef}
@media (prefers-color-scheme:dark){:root{--page:#0d1312;--card:#151d1c;--ink:#e8efed;--soft:#a5b4b0;--line:#7d8c88;--hair:#2a3634;--tint:#1b2927;--accent:#74d6c3;--on:#04241e;--bad:#ffb0a8;--tint-bad:#2b1a19}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-block:.75rem}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;overflow-wrap:anywhere}
main{max-inline-size:40rem;min-block-size:100vh;margin-inline:auto;padding:1.5rem min(.75rem,3.75vw) 2.5rem;background:var(--card)}
h1{margin:0;font-size:1.75rem;line-height:1.2;letter-spacing:-.015em}
:lang(ar) h1,:lang(he) h1,:lang(th) h1{line-height:1.4;letter-spacing:0}
h2{margin:0;font-size:1.0625rem}
p{margin:0}
a{color:var(--words)}
.vh{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.plate{margin-block-end:1.25rem}
.plate img{display:inline-block;max-inline-size:100%;padding:.5rem .75rem;box-sizing:content-box;border:1px solid var(--hair);border-radius:.625rem;background:#fff;color:#1b1f24;font-weight:700;object-fit:contain;vertical-align:top}
.from{margin-block-end:.375rem;color:var(--words);font-weight:650}
.about,.foot,.hint{color:var(--soft)}
.about{margin-block-start:.5rem}
.hint,.ends{font-size:.875rem}
.foot{margin-block-start:1rem;font-size:.875rem;text-align:center}
form{margin-block-start:2rem}
fieldset,.field{min-inline-size:0;margin:0 0 2.25rem;padding:0;border:0}
legend{float:inline-start}
legend+*{clear:both}
legend,.label{display:block;inline-size:100%;padding:0;margin-block-end:.75rem;font-size:1.0625rem;font-weight:650;line-height:1.35}
.who{display:block;color:var(--words)}
.asked{margin-inline-end:.5rem}
.must{color:var(--soft);font-size:.875rem;font-weight:400;white-space:nowrap}
.hint{margin-block:-.375rem .625rem}
textarea+.hint{margin-block:.375rem 0}
.cells{display:grid;gap:4px}
.n1{grid-template-columns:1fr}.n2{grid-template-columns:repeat(2,1fr)}.n3{grid-template-columns:repeat(3,1fr)}.n4{grid-template-columns:repeat(4,1fr)}.n5{grid-template-columns:repeat(5,1fr)}.n6{grid-template-columns:repeat(6,1fr)}
.cell{position:relative;display:grid;place-items:center;min-block-size:3rem;min-inline-size:44px;font-variant-numeric:tabular-nums;font-weight:600}
.cell input{position:absolute;inset:0;inline-size:100%;block-size:100%;margin:0;appearance:none;border:1px solid var(--line);border-radius:.625rem;background:var(--card);cursor:pointer}
.cell>span{position:relative;z-index:2;padding:.375rem .5rem;pointer-events:none}
.numbers:not(.n2) .cell>span{padding-inline:0;white-space:nowrap}
.cell input:hover{background:var(--tint);border-color:var(--accent)}
.cell input:checked{background:var(--accent);border-color:var(--accent)}
.cell input:checked+span{color:var(--on)}
.stars .cell,.faces .cell{min-block-size:3.75rem}
.cell svg{flex:none;display:block;inline-size:min(2rem,11vw);block-size:min(2rem,11vw);margin-inline:auto;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}
.stars .cell>span,.faces .cell>span{display:block;padding:.375rem .125rem;font-size:.8125rem;line-height:1.3;text-align:center}
.stars input:not(:focus-visible){border-color:transparent}
.stars .cell input,.stars .cell input:checked{background:none}
.stars svg,.faces svg{color:var(--accent)}
.stars .cell input:checked+span{color:inherit}
.stars:has(:checked) .cell:not(:has(:checked)~.cell) svg{fill:currentColor}
.faces input:checked+span svg{color:inherit}
.ends{display:flex;justify-content:space-between;gap:.75rem;margin-block-start:.5rem;color:var(--soft)}
.ends span{flex:1}
.ends span:last-child{text-align:end}
.option{display:flex;align-items:center;gap:.75rem;min-block-size:3rem;margin-block-end:.375rem;padding:.5rem .875rem;border:1px solid var(--line);border-radius:.625rem;cursor:pointer}
.option:hover{background:var(--tint);border-color:var(--accent)}
.option:has(:checked){background:var(--tint);border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.option input{flex:none;inline-size:1.25rem;block-size:1.25rem;margin:0;accent-color:var(--accent)}
.you{margin-block-end:1.5rem}
.you>legend{font-size:1.1875rem}
.you>.field{margin-block-end:1.25rem}
.you .label{margin-block-end:.375rem;font-size:1rem;font-weight:600}
.you .must{margin-inline-start:.25rem}
.you input,textarea,select{display:block;inline-size:100%;min-block-size:3rem;padding:.625rem .75rem;border:1px solid var(--line);border-radius:.625rem;background:var(--card);color:inherit;font:inherit}
textarea{min-block-size:7.5rem;resize:vertical}
button,.button{display:block;inline-size:100%;min-block-size:3.25rem;padding:.75rem 1.5rem;border:2px solid transparent;border-radius:.75rem;background:var(--accent);color:var(--on);font:inherit;font-size:1.0625rem;font-weight:650;text-align:center;text-decoration:none;cursor:pointer}
button:hover,.button:hover{filter:brightness(1.1)}
.saved{position:sticky;inset-block-end:.75rem;z-index:3;pointer-events:none}
.saved:not(:empty){margin-block-start:1rem;padding:.75rem 1rem;border:2px solid var(--accent);border-radius:.75rem;background:var(--tint);font-weight:600}
html:has(.saved:not(:empty)){scroll-padding-block-end:7rem}
.unseen{position:absolute;inset-inline-start:-100vw;inline-size:1px;block-size:1px;overflow:hidden}
.quiet{border-color:var(--line);background:var(--card);color:var(--words)}
:focus-visible{outline:2px solid var(--card);outline-offset:0;box-shadow:0 0 0 4px var(--ink);z-index:1}
.faulty{margin-inline-start:calc(-1*min(.75rem,3.75vw));padding-inline-start:calc(min(.75rem,3.75vw) - .25rem);border-inline-start:.25rem solid var(--bad)}
.fault{margin-block-end:.625rem;color:var(--bad);font-weight:600}
.summary{margin-block-start:1.5rem;padding:1rem 1.125rem;border:2px solid var(--bad);border-radius:.75rem;background:var(--tint-bad)}
.summary ul{margin:.25rem 0 -.375rem;padding-inline-start:1.25rem}
.summary a{display:block;padding-block:.625rem;color:var(--bad)}
.notice{display:grid;align-content:center;justify-items:center;gap:.75rem;text-align:center}
.notice p{max-inline-size:26rem;text-wrap:balance}
.notice form{inline-size:100%;max-inline-size:26rem;margin-block-start:1rem}
.notice p>a:not(.button){display:inline-block;padding:.625rem .75rem}
.mark{inline-size:4rem;block-size:4rem;margin-block-end:.5rem;color:var(--accent)}
@media (max-width:41.99rem){
.faces{grid-template-columns:1fr}
.faces.n2{grid-template-columns:1fr 1fr}
.faces:not(.n2) .cell{min-block-size:3.25rem;justify-items:start}
.faces:not(.n2) .cell>span{display:flex;align-items:center;gap:.875rem;padding:.375rem .875rem;font-size:1rem;text-align:start}
}
@media (min-width:42rem){
body{padding:3rem 1rem}
main{min-block-size:0;padding:2.5rem;border:1px solid var(--hair);border-radius:1.25rem;box-shadow:0 1px 2px #0000000a,0 12px 32px #0000000f}
.notice{padding-block:4rem}
.cells{gap:5px}
.stars:not([class*=" w"]),.stars:not([class*=" w"])+.ends{max-inline-size:24rem}
.w7{grid-template-columns:repeat(7,1fr)}.w8{grid-template-columns:repeat(8,1fr)}.w9{grid-template-columns:repeat(9,1fr)}.w10{grid-template-columns:repeat(10,1fr)}.w11{grid-template-columns:repeat(11,1fr)}
button,.button{inline-size:auto;min-inline-size:12rem}
.notice button{margin-inline:auto}
.foot{text-align:start}
}
main[data-origins]{max-inline-size:none;min-block-size:0;padding-block:.5rem 2rem;border:0;border-radius:0;box-shadow:none}
body:has([data-origins]){padding:0;background:var(--card)}
@media (forced-colors:active){
.stars svg,.faces svg,.mark{color:inherit}
.cell input:checked{forced-color-adjust:none;background:Highlight;border-color:Highlight}
.cell input:checked+span{forced-color-adjust:none;color:HighlightText}
:focus-visible{outline:3px solid Highlight;outline-offset:2px}
button,.button{border-color:ButtonText}
.stars .cell input:checked{background:none;border-color:Highlight}
.stars .cell input:checked+span{color:CanvasText}
}
`
