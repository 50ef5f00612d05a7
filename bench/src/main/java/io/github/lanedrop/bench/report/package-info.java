/** What text and pages are made of, files of results as records, and the findings of the demo and of doctor. */
package io.github.lanedrop.bench.report;
