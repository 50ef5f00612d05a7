/**
 * What the benchmarks ask, and how the page of a run answers: a class a family of questions, which says both what is run and
 * what is shown of it.
 *
 * <p>{@code Family} is the table of contents, in the order of the page. A new family, such as layers or Monte-Carlo dropout,
 * is a class that implements {@code Part}, and its name there; the plan, the command line's {@code --family} and the page take
 * it from there. Until then its measurements are in the page's table of what is not pictured.
 *
 * <p>What is run is said in {@code Question}s: benchmarks over all combinations of some parameters, from some {@code Profile}
 * on, each of which is a {@code Run}. What is shown is said in {@code Section}s, of what was {@code Measured}.
 * {@code BenchPage} puts the sections of all families on one page.
 *
 * <p>The package knows nothing of how runs are made, which is the business of {@code bench.suite}.
 */
package io.github.lanedrop.bench.questions;
