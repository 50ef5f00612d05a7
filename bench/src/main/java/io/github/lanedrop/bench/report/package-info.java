/** The demo's findings as text and as a page. */
package io.github.lanedrop.bench.report;
