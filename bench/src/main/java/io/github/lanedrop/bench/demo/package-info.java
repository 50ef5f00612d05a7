/**
 * The demo: one network trained twice from the same weights, without and with dropout, and what Monte-Carlo dropout
 * knows about its own doubts.
 */
package io.github.lanedrop.bench.demo;
