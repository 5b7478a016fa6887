// The style of report.html: light and dark, wide and narrow, screen and paper.

/// The style sheet of a report.
enum ReportStyle {
    static let page = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--paper:#ffffff;\
        --raised:#f6f8fa;--edge:#d8dee4;--link:#0757b8;--good:#12662d;--bad:#b3261e;\
        --warn:#8a5300}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9da7b1;--paper:#0d1117;\
        --raised:#161b22;--edge:#323942;--link:#79b8ff;--good:#4ac26b;--bad:#ff8078;\
        --warn:#e3b341}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem}
        body{margin:0;color:var(--ink);background:var(--paper);line-height:1.5;\
        font-family:system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-size:16px;\
        overflow-wrap:break-word}
        header,nav,main{padding:0 1.25rem}
        header{padding-top:1.5rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.25rem 0 1rem}
        h2{font-size:1.45rem;line-height:1.25;margin:2.5rem 0 .75rem;padding-top:.75rem;\
        border-top:1px solid var(--edge)}
        h3{font-size:1.2rem;margin:2rem 0 .5rem}
        h4{font-size:1.02rem;margin:1.5rem 0 .4rem}
        h5,h6{font-size:.95rem;margin:1.2rem 0 .3rem}
        p{margin:.5rem 0;max-width:46rem;white-space:pre-line}
        ul{margin:.4rem 0;padding-left:1.3rem;max-width:50rem}
        a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}
        td a,p a{text-decoration-style:dotted}
        :target{scroll-margin-top:1rem;outline:2px solid var(--link);outline-offset:4px}
        section:target{outline:none}
        .skip{position:absolute;left:-99rem}
        .skip:focus{left:1rem;top:.5rem}
        .brief,.soft{color:var(--soft);margin:0}
        .state{font-weight:600;color:var(--soft)}
        .state.done{color:var(--good)}
        .state.dead,.state.cancelled{color:var(--bad)}
        .state.blocked,.state.running{color:var(--warn)}
        nav h2{font-size:1rem;margin:0 0 .4rem;padding:0;border:0}
        nav{font-size:.9rem}
        nav ul{list-style:none;padding-left:0;margin:0}
        nav ul ul{padding-left:.9rem}
        nav li{margin:.15rem 0}
        nav a{text-decoration:none}
        nav a:hover{text-decoration:underline}
        table{border-collapse:collapse;margin:.75rem 0;font-size:.9rem;width:100%}
        th,td{border:1px solid var(--edge);padding:.35rem .55rem;text-align:left;\
        vertical-align:top;overflow-wrap:break-word;min-width:3.5rem}
        .wide{overflow-x:auto}
        th{background:var(--raised);font-weight:600}
        code{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:.9em}
        pre{background:var(--raised);border:1px solid var(--edge);border-radius:6px;\
        padding:.6rem .8rem;white-space:pre-wrap;overflow-wrap:anywhere}
        figure{margin:1rem 0;max-width:720px}
        figure svg{display:block;width:100%;height:auto;border:1px solid var(--edge);\
        border-radius:6px}
        figcaption{color:var(--soft);font-size:.85rem;margin-top:.3rem}
        #derivations h4{margin-bottom:0}
        #derivations ul{font-size:.88rem;margin-top:.2rem}
        @media screen and (min-width:70rem){
        body{display:grid;grid-template-columns:17rem minmax(0,1fr);\
        grid-template-rows:auto 1fr;max-width:92rem;margin:0 auto}
        header{grid-column:1/3}
        nav{position:sticky;top:0;max-height:100vh;overflow-y:auto;padding-top:1rem;\
        padding-bottom:1rem;align-self:start}
        main>section:first-child>h2{margin-top:.5rem}
        }
        @media screen and (max-width:44rem){
        body{font-size:15px}
        h1{font-size:1.5rem}
        nav ul ul{display:none}
        .rows thead{position:absolute;left:-99rem}
        .rows,.rows tbody,.rows tr,.rows td{display:block;min-width:0}
        .rows tr{border:1px solid var(--edge);border-radius:6px;margin:.5rem 0;\
        padding:.2rem .1rem}
        .rows td{border:0;padding:.2rem .55rem;overflow-wrap:anywhere}
        .rows td::before{content:attr(data-column);display:block;color:var(--soft);\
        font-size:.78rem}
        .rows td:empty{display:none}
        figure{overflow-x:auto}
        figure svg{min-width:34rem}
        }
        @media print{
        :root{--ink:#000;--soft:#444;--paper:#fff;--raised:#f2f2f2;--edge:#bbb;--link:#000}
        html{font-size:11px}
        body{display:block;font-size:8.5pt;line-height:1.35}
        table{font-size:7.5pt}
        th,td{padding:.2rem .4rem}
        nav,.skip{display:none}
        a{text-decoration:none}
        #derivations{break-before:page}
        #derivations ul{font-size:7.5pt}
        figure{max-width:28rem}
        h2,h3,h4,h5{break-after:avoid}
        tr,figure,#derivations ul{break-inside:avoid}
        thead{display:table-header-group}
        }
        """
}
