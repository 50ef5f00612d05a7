/** Findings of the demo and of the benchmarks as text and as pages. */
package io.github.lanedrop.bench.report;
