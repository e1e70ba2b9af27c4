//! The colours of a picture, for light and dark screens; every colour comes with words that say the same.

pub(super) const STYLE: &str = r"
  svg { --page: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #6e7781; --bad: #b3261e; --asks: #ddf4ff; --asks-edge: #0969da;
    --speaks: #dafbe1; --speaks-edge: #1a7f37; --works: #fbefff; --works-edge: #8250df; --decides: #f6f8fa; --decides-edge: #8c959f;
    --sealed: #1a7f37; --agent: #9a6700; --fault: #b3261e; --exit: #57606a; --on-exit: #ffffff; background: var(--page); }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #8b949e; --bad: #ff8f86; --asks: #0c2d4d; --asks-edge: #58a6ff;
      --speaks: #0f2e1a; --speaks-edge: #3fb950; --works: #2b1a46; --works-edge: #bc8cff; --decides: #1c2128; --decides-edge: #6e7681;
      --sealed: #3fb950; --agent: #e3b341; --fault: #ff8f86; --exit: #9198a1; --on-exit: #0d1117; } }
  text { font-family: ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace; fill: var(--ink); }
  .title { font: 600 18px ui-sans-serif, system-ui, sans-serif; }
  .name { font-size: 13px; font-weight: 600; text-anchor: middle; }
  .caption { font-size: 11px; fill: var(--soft); text-anchor: middle; }
  .label { font-size: 11px; text-anchor: middle; }
  .table { font-size: 11px; }
  .heading { font-size: 11px; font-weight: 600; fill: var(--soft); }
  .behind { fill: var(--page); opacity: .9; }
  .way { fill: none; stroke: var(--line); stroke-width: 1.3; }
  .failure { stroke: var(--bad); } .label.failure { fill: var(--bad); stroke: none; }
  .pale { opacity: .6; }
  .back { stroke-dasharray: 6 4; }
  .setting { stroke-dasharray: 1.5 3; stroke-width: 1.8; stroke-linecap: round; }
  .head { fill: var(--line); } .head-failure { fill: var(--bad); }
  .knot { stroke-width: 1.5; }
  .asks { fill: var(--asks); stroke: var(--asks-edge); } .speaks { fill: var(--speaks); stroke: var(--speaks-edge); }
  .works { fill: var(--works); stroke: var(--works-edge); } .decides { fill: var(--decides); stroke: var(--decides-edge); }
  .sealed { fill: var(--sealed); } .agent { fill: var(--agent); } .fault { fill: var(--fault); } .exit { fill: var(--exit); }
  .on-exit { fill: var(--on-exit); }
  .start { fill: var(--ink); }
";
