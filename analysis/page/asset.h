/* asset: the style and the script of a page (style.css, script.js in this folder), which the Makefile writes
 * into the program: it looks for no file when it runs. */
#ifndef GAPSCALE_ANALYSIS_PAGE_ASSET_H
#define GAPSCALE_ANALYSIS_PAGE_ASSET_H

extern const char asset_style[], asset_script[];

#endif
