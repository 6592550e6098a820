// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_style.h"

namespace rectune::experiments {
namespace {

constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--ink:#16191d;--soft:#565f6b;--rule:#d9dde3;
--accent:#a84300;--tint:#fdf3ea;--good:#00664a;--bad:#a3152d;--mark:#fff6d6;
--c0:#d55e00;--c1:#0072b2;--c2:#007f5c;--c3:#a24595;--c4:#4a4f57;--c5:#94660d;--c6:#1c93ad;
--c7:#882255;--c8:#6f7a12}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--panel:#1c2026;--ink:#e9ecef;--soft:#a3adb8;
--rule:#353c45;--accent:#ff9d5c;--tint:#2a2019;--good:#5fd3a8;--bad:#ff8b97;--mark:#3a3315;
--c0:#ff8a3c;--c1:#5fb0ee;--c2:#3fcf9f;--c3:#de8ad2;--c4:#c3cad2;--c5:#e0b04a;--c6:#5fd0e6;
--c7:#e87fae;--c8:#c3cf52}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:40px 32px 64px}
h1{font-size:2.1rem;line-height:1.15;margin:.1em 0 .3em;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.35rem;line-height:1.25;margin:0 0 .7em;letter-spacing:-.01em}
h3{font-size:1.02rem;margin:2em 0 .6em}
section,footer{margin-top:56px}
header section,header+section{margin-top:28px}
p{margin:.5em 0;max-width:75ch}
a{color:var(--accent)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:.88em}
.kicker{text-transform:uppercase;letter-spacing:.09em;font-size:.76rem;font-weight:600;
color:var(--accent);margin:0}
.description,.lead,.prose{color:var(--soft)}
.prose{white-space:pre-line}
.verdict{border-left:4px solid var(--accent);padding:2px 0 2px 20px}
.headline{font-size:1.28rem;line-height:1.4;font-weight:600;max-width:60ch;
font-variant-numeric:tabular-nums}
.caveats{background:var(--tint);border-radius:8px;padding:16px 20px}
.caveats h2{font-size:.95rem;margin:0 0 .3em}
.caveats ul{margin:0;padding-left:1.2em}
.caveats li{max-width:85ch;margin:.3em 0;font-size:.94rem}
nav{margin-top:28px;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);
padding:8px 0;font-size:.9rem}
nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:2px 20px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:14px 32px;margin:0}
@media (min-width:720px){.facts .long{grid-column:span 2}}
.facts dt{font-size:.78rem;color:var(--soft);text-transform:none}
.facts dd{margin:0;overflow-wrap:anywhere}
.notes{margin:0;display:grid;grid-template-columns:minmax(140px,220px) 1fr;gap:8px 24px;
font-size:.92rem}
.notes dt{font-weight:600}.notes dd{margin:0;max-width:75ch}
.caption,figcaption,.files{color:var(--soft);font-size:.88rem}
.scroll{overflow-x:auto;margin:18px 0;border-bottom:1px solid var(--rule)}
.scroll:focus-visible,summary:focus-visible,pre:focus-visible{outline:2px solid var(--accent);
outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption span{position:sticky;left:0;display:inline-block;max-width:min(calc(100vw - 64px),1056px)}
caption{text-align:left;font-weight:600;padding:0 0 8px;font-size:.94rem}
th,td{padding:7px 9px;text-align:left;vertical-align:top;border-top:1px solid var(--rule)}
thead th{font-weight:600;color:var(--soft);font-size:.8rem;line-height:1.3;vertical-align:bottom;
border-top:0;border-bottom:1px solid var(--ink)}
tbody tr:first-child>*{border-top:0}
th.num,td.num{text-align:right;white-space:nowrap}
thead th.num{white-space:normal;min-width:76px}
tbody th{font-weight:500;position:sticky;left:0;background:var(--bg);min-width:150px;
max-width:300px;overflow-wrap:break-word}
td small,th small{display:block;color:var(--soft);font-size:.78rem}
tr.agent>*{background:var(--tint)}
tr.agent th{font-weight:700}
tr.group th{font-size:.8rem;color:var(--soft);padding-top:18px;border-top:0;font-weight:600}
tr.changed>*{background:var(--mark)}
tr.changed th{box-shadow:inset 4px 0 0 var(--c5)}
tr.changed td:nth-child(4){font-weight:700}
tr.changed td small{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr.broken td:last-child{color:var(--bad);font-weight:600}
td.better{color:var(--good);font-weight:600}td.worse{color:var(--bad);font-weight:600}
td.moved{font-weight:600}
table.readout small{font-weight:400}
.comparison td:last-child{min-width:178px}
.parameters tbody th{max-width:none}.meaning summary{white-space:nowrap}
tr.significant td:last-child{font-weight:700}
table.readout td,table.readout tbody th{padding-top:4px;padding-bottom:4px}
figure{margin:0}
svg{display:block;max-width:100%;height:auto;overflow:visible;font-family:inherit}
svg text{fill:var(--ink)}
svg.narrow{display:none}
svg.ranks.wide{width:760px}
.nowrap{white-space:nowrap}
.tick,.note{fill:var(--soft)!important;font-variant-numeric:tabular-nums}
.note,.tick{font-size:.9em}
.axis-title{fill:var(--soft)!important}
.end{text-anchor:end}.centre{text-anchor:middle}.middle{dominant-baseline:central}
.halo{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
.grid path{stroke:var(--rule);stroke-width:1;fill:none}
.reference{stroke:var(--soft);stroke-width:1.4;stroke-dasharray:2 3;fill:none}
.boundary{stroke:var(--ink);stroke-width:1;stroke-dasharray:5 4;fill:none;opacity:.65}
.line,.seed,.backdrop,.leader,.whisker{fill:none;stroke:var(--c)}
.line{stroke-width:1.9;stroke-linejoin:round}
.dashed .line{stroke-dasharray:7 3}
.emphasised .line{stroke-width:3.2}
.seed{stroke-width:.9;opacity:.5}
.backdrop{stroke:var(--rule);stroke-width:1.1}
.leader{stroke-width:1;opacity:.7}
.band{fill:var(--c);opacity:.1}
.panel .band{opacity:.18}
.marker,.dot{fill:var(--c)}
.marker{stroke:var(--bg);stroke-width:1}
.label text{fill:var(--c);font-variant-numeric:tabular-nums}
.label.emphasised text{font-weight:700}
.series{transition:opacity .15s}
.c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}.c3{--c:var(--c3)}.c4{--c:var(--c4)}
.c5{--c:var(--c5)}.c6{--c:var(--c6)}.c7{--c:var(--c7)}.c8{--c:var(--c8)}
.legend{border:0;padding:0;margin:14px 0 8px;display:flex;flex-wrap:wrap;gap:4px 20px;
font-size:.88rem;align-items:center}
.legend legend{float:left;padding:0;margin-right:20px;color:var(--soft)}
.legend label{display:inline-flex;align-items:center;gap:6px;cursor:pointer}
.legend input{accent-color:var(--accent);margin:0}
.swatch{width:30px;height:14px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:24px 28px}
.panels figcaption{padding-left:40px;color:var(--ink);font-variant-numeric:tabular-nums}
.glyph{display:inline-block;vertical-align:middle;max-width:none}
td .glyph.interval{margin-left:14px}
.glyph .track{stroke:var(--rule);fill:none;stroke-width:1}
.glyph .mark{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 2}
.glyph .whisker{stroke-width:2.4}
.glyph .production{fill:none;stroke:var(--ink);stroke-width:1.6}
.glyph path.production{stroke-dasharray:4 2.5}
.glyph .found{fill:var(--c1)}
.glyph path.found{fill:none;stroke:var(--c1);stroke-width:2.2}
.glyph .optimum{stroke:var(--c2);stroke-width:2.2;fill:none}
.glyph.curve .optimum{stroke-dasharray:1.5 2.5;stroke-width:1.8}
.cd{stroke:var(--ink);stroke-width:1.6;fill:none}
.cd-group{stroke:var(--soft);stroke-width:4;stroke-linecap:round}
details{margin:8px 0}
summary{cursor:pointer;padding:4px 0;font-variant-numeric:tabular-nums}
section>details{border-top:1px solid var(--rule);padding-top:6px}
.meaning{margin:0}.meaning summary{padding:0}
.meaning p{font-size:.84rem;color:var(--soft);max-width:46ch;font-weight:400}
.arms{padding-left:1.2em;margin:.4em 0 0;font-size:.92rem}
.hypothesis{display:block;color:var(--soft);overflow-wrap:anywhere;max-width:85ch}
.transcript{background:var(--panel);border-radius:8px;padding:4px 18px 14px;margin:10px 0 18px}
.transcript h3,.transcript h4,.transcript h5,.transcript h6{font-size:.98rem;margin:1.3em 0 .4em}
.transcript p,.transcript li{font-size:.92rem;max-width:90ch;overflow-wrap:anywhere;white-space:pre-line}
.transcript ul{margin:.3em 0;padding-left:1.3em}
.transcript details{margin:4px 0;font-size:.92rem}
.transcript th,.transcript td{font-size:.84rem;min-width:64px}
.transcript td:last-child{min-width:260px;overflow-wrap:anywhere}
.transcript pre{border:1px solid var(--rule);background:var(--bg)}
.transcript pre,pre.command{border-radius:6px;padding:12px 14px;
white-space:pre-wrap;overflow-wrap:anywhere;max-height:70vh;overflow-y:auto;margin:8px 0}
pre.command{background:var(--panel)}
h3.file{font-size:.84rem;color:var(--soft);margin:1em 0 .2em}
@media (max-width:720px){main{padding:24px 16px 48px}caption span{max-width:calc(100vw - 32px)}
h1{font-size:1.6rem}.headline{font-size:1.1rem}
section,footer{margin-top:40px}svg.wide{display:none}svg.narrow{display:block}
.verdict{padding-left:14px}.notes{grid-template-columns:1fr;gap:2px}.notes dd{margin-bottom:10px}
tbody th{min-width:112px;max-width:180px}table{font-size:.85rem}.panels figcaption{padding-left:0}}
@media print{.legend{display:none}.scroll{overflow:visible}}
@media (prefers-reduced-motion:reduce){.series{transition:none}}
)css";

}  // namespace

std::string_view ReportStyle() { return kStyle; }

}  // namespace rectune::experiments
