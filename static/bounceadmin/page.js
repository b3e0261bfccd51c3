// htmx: no style of its own in the page (unfold's stylesheet has what it needs), and no text of the
// page run as a script.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.selfRequestsOnly = true;
