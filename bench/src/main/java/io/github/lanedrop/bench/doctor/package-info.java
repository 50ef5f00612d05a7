/** What a JVM and its CPU make of the kernels, and what to do about it. */
package io.github.lanedrop.bench.doctor;
