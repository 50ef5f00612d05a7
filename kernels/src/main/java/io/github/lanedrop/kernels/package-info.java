/**
 * Dropout and its family over memory segments, with the matrix products and attention that it lives in: SIMD, with a
 * scalar twin that gives the same bits.
 *
 * {@snippet :
 * MaskSource mask = new BernoulliMask(Rate.drop(0.1), Key.of(2026).site(3).step(17));
 * DropoutKernel.forward(mask, 0, activations, output, elements);
 * DropoutKernel.backward(mask, 0, outputGradient, inputGradient, elements); // draws the mask again: nothing is stored
 *
 * MemorySegment keepBits = arena.allocate((elements + 7) / 8);
 * DropoutKernel.keepBits(mask, 0, keepBits, elements);
 * DropoutKernel.backward(new StoredMask(mask.rate(), keepBits), 0, outputGradient, inputGradient, elements);
 * }
 *
 * <p>Concepts:
 *
 * <pre>
 * mask source -&gt; keep bits of a chunk, in a small scratch -&gt; apply operation -&gt; memory
 * </pre>
 *
 * <ul>
 *   <li>A {@link io.github.lanedrop.kernels.MaskSource} says which elements are kept, by their logical index alone:
 *       {@link io.github.lanedrop.kernels.BernoulliMask} draws them from a {@link io.github.lanedrop.kernels.Rate} and a
 *       {@link io.github.lanedrop.rng.Key}; {@link io.github.lanedrop.kernels.StoredMask},
 *       {@link io.github.lanedrop.kernels.ByteMask} and {@link io.github.lanedrop.kernels.FloatMask} read them.
 *       {@link io.github.lanedrop.kernels.BroadcastMask} lets groups of elements share a decision of any source (rows,
 *       columns, channels, time-locked units), {@link io.github.lanedrop.kernels.DropBlockMask} drops blocks,
 *       {@link io.github.lanedrop.kernels.RowKeyedMask} gives rows keys of their own,
 *       {@link io.github.lanedrop.kernels.TokenTypeMask} follows the types of tokens,
 *       {@link io.github.lanedrop.kernels.ExactCountMask} drops an exact number, and
 *       {@link io.github.lanedrop.kernels.ScaledMask} has another scale. It is sealed: a new source joins its list, and the
 *       compiler names what must learn of it. {@link io.github.lanedrop.kernels.StochasticDepth} plans whole layers,
 *       {@link io.github.lanedrop.kernels.KeptTokens} moves kept tokens together,
 *       {@link io.github.lanedrop.kernels.MaskBits} counts and converts.
 *   <li>Keep bits are 64 to a long, lowest bit first, 1 for kept. They are all that a source and an operation share;
 *       neither knows the other. Where neighbours share a decision, as whole rows and channels do, none are written: a kept
 *       span is computed without looking at bits, and a dropped one without reading elements.
 *   <li>An apply operation is a line of arithmetic on an element and its keep bit.
 *       {@link io.github.lanedrop.kernels.DropoutKernel} scales what is kept,
 *       {@link io.github.lanedrop.kernels.StandardDropout} does not, {@link io.github.lanedrop.kernels.AlphaDropout} drops to
 *       SELU's limit, {@link io.github.lanedrop.kernels.ResidualDropout} adds a residual and
 *       {@link io.github.lanedrop.kernels.Zoneout} keeps a previous state. Each checks, splits, and runs source and operation
 *       chunk by chunk, for every {@link io.github.lanedrop.kernels.DType}.
 *   <li>Fused chains save passes over memory and give the bits of the chain:
 *       {@link io.github.lanedrop.kernels.BiasActivationDropout} and
 *       {@link io.github.lanedrop.kernels.DropoutResidualLayerNorm}, beside
 *       {@link io.github.lanedrop.kernels.BiasKernel}, {@link io.github.lanedrop.kernels.ActivationKernel} and
 *       {@link io.github.lanedrop.kernels.LayerNormKernel}.
 *   <li>Rates that are learned: {@link io.github.lanedrop.kernels.ConcreteDropout},
 *       {@link io.github.lanedrop.kernels.VariationalDropout} and
 *       {@link io.github.lanedrop.kernels.SparseVariationalDropout} on
 *       {@link io.github.lanedrop.kernels.LocalReparameterization}.
 *   <li>{@link io.github.lanedrop.kernels.Workers} are the caller's threads; kernels start none.
 *   <li>{@link io.github.lanedrop.kernels.SoftmaxDropout} turns the scores of an attention into probabilities after dropout;
 *       {@link io.github.lanedrop.kernels.Attention} goes from queries, keys and values to the output and never keeps the
 *       scores. Both draw the same mask: of {@code (plane, row, column)}.
 *   <li>{@link io.github.lanedrop.kernels.MatrixProduct} multiplies {@link io.github.lanedrop.kernels.Matrix} views, or a
 *       {@link io.github.lanedrop.kernels.PackedMatrix} that is packed once; an
 *       {@link io.github.lanedrop.kernels.Epilogue} adds a bias, activates and drops before anything is stored.
 *       {@link io.github.lanedrop.kernels.DropConnectProduct} multiplies weights that are dropped while they are packed.
 *   <li>{@link io.github.lanedrop.kernels.Kernels} describes the live path, tests it and warms it up, by
 *       {@link io.github.lanedrop.kernels.KernelFamily}.
 * </ul>
 *
 * <p>What goes with what. "Every mask source" includes those that are nested in others.
 *
 * <table>
 *   <caption>Operations, what they take their decisions or values from, and data types</caption>
 *   <tr><th>operation</th><th>from</th><th>float32</th><th>float64</th><th>bfloat16</th><th>float16</th></tr>
 *   <tr><td>scale and select, select, residual, zoneout</td><td>every mask source</td>
 *       <td>yes</td><td>yes</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>alpha dropout</td><td>every mask source but rates that vary from element to element: one factor cannot keep the
 *       variance of all</td><td>yes</td><td>yes</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>test-time scaling of standard dropout and its converters, zoneout's expectation</td><td>a rate</td>
 *       <td>yes</td><td>yes</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>mask alone, bits, bytes and floats, counts</td><td>every mask source</td>
 *       <td colspan="4">no data but the mask</td></tr>
 *   <tr><td>bias, activation and dropout; dropout, residual and layer norm</td><td>every mask source</td>
 *       <td>yes</td><td>no: what lies between is float32, and float64 rounded to it on the way would be
 *       float64 in name only</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>bias, activation or layer norm alone; softmax and attention with dropout; epilogue and DropConnect of
 *       products</td><td>every mask source</td><td>yes</td><td colspan="3">no: these compute in float32 all along, and a
 *       16-bit form would only save memory at the ends</td></tr>
 *   <tr><td>multiply by noise, add noise</td><td>Gaussian, uniform, stored, broadcast noise</td>
 *       <td>yes</td><td>yes, of float32 noise</td><td>yes</td><td>yes</td></tr>
 *   <tr><td>learned rates</td><td>their own noise, from a key</td><td>yes</td><td colspan="3">no: parameters that are
 *       trained need float32 at least, and their noise has no more</td></tr>
 *   <tr><td>gather and scatter of tokens</td><td>exact counts</td><td colspan="4">any: rows of bytes</td></tr>
 * </table>
 *
 * <p>System properties, read once:
 *
 * <ul>
 *   <li>{@code lanedrop.path=auto|vector|scalar}: which twin runs. {@code auto} takes the SIMD path where the vector module
 *       is present and C2 compiles.
 *   <li>{@code lanedrop.vectorBits=128|256|512}: the vectors' width, or else the CPU's preferred one.
 *   <li>{@code lanedrop.patterns=auto|permute|table}: how patterns are looked up (below).
 * </ul>
 *
 * <p>Where things are: entries on the left, what they stand on to the right.
 *
 * <pre>
 * entries      DropoutKernel, StandardDropout, ...: check everything, split, call       public
 *   checks     Check, Buffers, Shapes, MaskChecks, ProductChecks
 *   threads    Workers
 * masks        XMask (a record) with XBits (its Filler), KeepBits, MaskScratch, PatternTable  -&gt; mask
 * operations   Elementwise, SpanLoops, for long calls Overlap                           -&gt; lanes
 * chains       Chain                                                                    -&gt; activation
 *              Norm, NormRows, ColumnSums                                               -&gt; norm
 * noise        Noise, Normals                                                           -&gt; noise, math
 * learned      SharedValues, ChunkSums                                                  -&gt; learned
 * products     BlockedProduct, Packing, ProductStrips                                   -&gt; product
 * attention    AttentionForward, AttentionBackward, AttentionTiles, SoftmaxRows         -&gt; attention
 * paths        Live, SelfTest and one for each family, WarmUp, and Simd of the module rng
 * </pre>
 *
 * <p>The packages on the right know arrays, segments and numbers, and nothing of what is on the left.
 *
 * <p>Decisions, with their reasons and when to think again:
 *
 * <h2>Masks and loops</h2>
 *
 * <ul>
 *   <li><b>Two phases for each chunk of 4,096 elements.</b> First its keep bits go to an array, then they are applied. The
 *       bits of a chunk take 512 bytes and its random bytes 1,024, which never leave L1, and each phase is a loop that C2
 *       inlines and keeps in registers. One loop over both would have to pass vectors through calls that may not be inlined,
 *       and would have to exist for each pair of source and operation. Revisit when C2 inlines such calls for certain.
 *   <li><b>An operation is data, and loops are templates.</b> A loop is written once, and defined anew, as a hidden class, for
 *       each operation, data type and kind of memory; C2 sees the operation as a constant. As a method of its own an operation
 *       was at times not inlined, and every vector boxed, 20 to 50 kB a call. A loop does two vectors at a time and leaves it
 *       to C2 to repeat that; four took a quarter longer in L1. Revisit when users can mark methods to be inlined.
 *   <li><b>Long calls draw ahead.</b> From two chunks of float32 in native memory on, the random blocks of the next chunk
 *       are made in the loop that applies this one, so that memory and multiplier work at once. The loop makes 32 blocks a
 *       call, four groups at a time: each round of the generator needs the one before, and with one group the CPU waited for it
 *       (Zen 5, JDK 25, rate 0.1: .069 to .079 ns an element at 64Ki, with four .054 to .057, one phase after the other .060 to
 *       .071; at 1Mi .100 to .112, .088 to .095, .099 to .112). Bias and ReLU come first where a chain has them: at 1Mi 1.03
 *       times dropout alone, and from one chunk on, though nothing is drawn ahead then (4,096 elements .105 instead of .181).
 *       At rate one half there is so little to draw that dropout alone takes its phases one after the other (.044 to .052 ns at
 *       64Ki instead of .066 to .073). Each vector is read before the one before it is written: on a Zen 4 a load waits for a
 *       store to an address with the same lowest 12 bits, and where {@code dst} begins 64 bytes behind {@code src} in these,
 *       that is every load (.147 instead of .125 ns an element at 1Mi). Looking patterns up and refining, 50 ns a chunk, does
 *       not overlap. Only within slices of a constant size does C2 leave out the checks of each access (.055 instead of .086 to
 *       .12), and only what has a profile of its own calls does it inline; so calls draw ahead from when slices are seen to take
 *       next to no time. In a fresh JVM that is after a second or two thousand long calls. Revisit when C2 inlines more than
 *       18,000 nodes, or {@code asSlice} for certain.
 *   <li><b>The grid of chunks begins at the call's first element</b>, not at a multiple of 4,096 of the mask's index. So
 *       exported keep bits always begin at a byte, whatever the offset, and tasks that are split at chunks never share a
 *       byte of them. The price is a shift of the chunk's bits where the offset is not a multiple of 8. Revisit if such
 *       offsets become the rule.
 *   <li><b>Scratch remembers what it drew</b> of Bernoulli and DropBlock decisions, by value: the next chunk mostly needs
 *       the rest, and blocks that channels share are written once, from 3.5 to 1.1 times copying and scaling at 1Mi
 *       elements (Zen 4; 1.2 to 1.3 on Zen 5). What is read from memory is never remembered, since it may change between
 *       calls. Revisit if sources with state appear.
 *   <li><b>DropBlock grows its blocks in one string of bits</b>, all planes one after another: no block leaves its plane, so a
 *       few shifts of the whole string, by 1, 2, 4, ... along each axis, dilate every anchor at once. Anchors are drawn
 *       without gaps and dealt to the places that can hold them by {@code Long.expand}, one instruction on x86 with BMI2. At
 *       1Mi elements of 56 x 56 images with blocks of 7 it takes 2.1 to 2.4 times copying and scaling. Revisit for
 *       CPUs without such an instruction.
 *   <li><b>Long runs of one decision are not selected but scaled or zeroed.</b> Channels of 56 x 56 at 64Ki elements took 1.28
 *       times copying and scaling with bits, and 1.11 without. It is the one place where a source and an operation meet.
 *       Revisit when selecting costs nothing.
 *   <li><b>Patterns are looked up one by one where bytes cannot be permuted.</b> With AVX-512 VBMI a table of 256 bytes is
 *       a few permutes for 64 patterns. Without it the JDK emulates a permute over two registers lane by lane, hundreds of
 *       times slower, and has no call that tells. So unless Linux lists the feature or the property claims it, entries are
 *       loaded one by one, a load a pattern, and all else is done in vectors of 16-bit lanes: with AVX2 dropout at rate 0.1
 *       went from .60 to .21 ns an element (64Ki, Zen 4). Revisit when the JDK tells what is emulated, or for CPUs of other
 *       kinds with such permutes.
 *   <li><b>Dropped is +0 by selection, with one exception.</b> The gradient of bias, activation and dropout in one is
 *       {@code dy * f'(z)} with {@code dy = +0} where an element was dropped: -0 where {@code f'} is negative, and NaN where
 *       {@code z} is NaN. Those are the bits of the three kernels one after the other, which the chain promises; the kernel of
 *       the activation cannot select, since it knows no mask. Forward hides a dropped NaN, but its weights have gone wrong by
 *       then anyway. Revisit when somebody trains with NaNs in dropped places.
 *   <li><b>Rates 0 and 1 draw nothing.</b> They copy all bits of the source, signalling NaNs included, or write +0 (what
 *       adds a residual adds it still); no strict or lax comparison can go wrong at the ends. Masks are functions of the
 *       index, so a schedule that passes through 0 shifts nobody's random numbers. There is nothing to revisit: this is the
 *       mask's specification.
 *   <li><b>A rate below 2^-33 is rate 0</b>, and there is no strict mode that refuses it. It would drop fewer than one element
 *       in eight billion; {@link io.github.lanedrop.kernels.Rate#effective()} says what is realised, and a schedule that
 *       begins or ends with tiny rates must not fail in the middle of training. Revisit if somebody needs so rare events: they
 *       take thresholds of 64 bits, which are another mask.
 * </ul>
 *
 * <h2>Memory and threads</h2>
 *
 * <ul>
 *   <li><b>Elements are contiguous.</b> Elementwise operations take no strides, no transposed views and no axis that repeats
 *       its elements; only products take transposed views, since they pack anyway. A mask goes by the logical index, not by
 *       memory, so who has rows with gaps makes a call a row, with the row's first index as {@code offset}, and gets the same
 *       bits. Elements that lie apart are read one by one, so a loop over them gains nothing on a copy first. Revisit when a
 *       user's memory has such rows too short for a call each, or such a copy shows in a profile.
 *   <li><b>Memory is little endian, on every machine.</b> A segment in another order is another array of numbers and cannot be
 *       told apart. Files, masks and keep bits mean the same everywhere, and every CPU on which the Vector API is fast is
 *       little endian by itself. Heap arrays of a big endian JVM would be read the wrong way round. Revisit when somebody has
 *       such a JVM; the order would be a data type.
 *   <li><b>Overlap is refused, not handled.</b> Identical buffers are in place; a shifted overlap would make the result
 *       depend on the order of the loop. Two mappings of one file cannot be told apart from two files. Revisit never.
 *   <li><b>Who is done helps the others, where a range costs little to begin.</b> A thread that sleeps begins 20 to 40
 *       microseconds after it is called, when the caller has done half of 1Mi elements: it then takes half of what is left
 *       of its range, and the caller from the other end. Two threads of a {@code ForkJoinPool} that slept took 206
 *       microseconds, longer than one, and now take 145; where the other thread is awake steps cost 2 %. Below some 256Ki
 *       elements it is not worth waking a thread. Products, sums and norms keep one range a task. Revisit when a thread wakes
 *       faster.
 *   <li><b>Scratch memory comes from a pool</b>, not from thread-locals, of which virtual threads would make millions,
 *       and not from the call, which must not allocate. A slot is one atomic exchange; a contended one costs an allocation,
 *       never a wait. A pool holds 64 slots; those of products (2.7 MB each), of attention (2.1 MB) and of sums over columns
 *       as many as there are processors, which threads share. Revisit when scoped values can hold what a thread may change.
 *   <li><b>A vector loop is for native memory or for {@code float[]}, and checks the class</b> before it begins. A loop
 *       over just any segment makes virtual calls of the JDK's own methods once the JVM has seen three kinds of segment,
 *       wherever that was: 4,096 elements took 3,200 ns instead of 450 (Zen 4, JDK 25). The check tells C2 the class whatever
 *       its profile says. Other kinds and mixtures are copied through L1, about 2.5 times the time there. Revisit when the
 *       JDK's segments are immune to their profile.
 *   <li><b>A loop takes at most three segments; what else it needs is in arrays, or waits for another loop.</b> In a JVM that
 *       has used arenas of one thread and of all threads, loops over four and more were compiled a hundred times, half a
 *       minute in which they were a hundred times slower; {@link io.github.lanedrop.kernels.lanes.Specialised} says why. Now
 *       all are at peak after two or three seconds. Arrays cost, since vectors of them lie across cache lines: the gradient of
 *       layer normalisation takes a tenth longer at 64Ki elements. Backward chains write what they multiply by to aligned
 *       scratch memory, and read it in a loop of its own. Revisit when C2 no longer
 *       speculates on what it has seen fail.
 *   <li><b>Vectors cross no call but that of one elementary function in a method too long to be inlined.</b> Past a number of
 *       nodes C2 inlines only what the JDK marks as to be inlined ({@code NodeCountInliningCutoff} in its log), and every
 *       vector that then crosses a call is boxed: the generator with helper methods allocated 13 kB for 512 random bytes and
 *       took five times as long. CONTRIBUTING.md has the rules. Revisit when users can mark methods so.
 *   <li><b>No vector method reaches that number, and what is large is too long to be inlined.</b> Past it C2 inlines the JDK's
 *       own methods late, and what it then knows of a vector that a loop carries on depends on profiles: a narrow product
 *       (40,000 nodes) allocated 1,200 bytes a call in one JVM of ten, the loop that draws ahead (26,000) 80 bytes in 512
 *       elements in one of four, each after hundreds of other kernels. What repeats for four vectors or groups is a loop in
 *       which they move up, unrolled by C2: the generator's four groups went from 49,000 nodes to 12,600, at the same speed
 *       (two groups instead took .46 ns a word, four .37). {@code InliningCutoffTest} reads the numbers from C2's log. Revisit
 *       with a C2 whose limit is higher.
 * </ul>
 *
 * <h2>Arithmetic and the scalar path</h2>
 *
 * <ul>
 *   <li><b>The scalar twin is the definition.</b> It reads like the formula and uses nothing of the SIMD code; the tests
 *       and the self-test hold the SIMD path against it, and it runs where the vector module is missing, after one warning
 *       that names the flag.
 *   <li><b>Without vectors of ours, loops that C2 vectorises by itself.</b> Those who forget the flag get what runs without
 *       the module, so elementwise operations have a second way there, tested against the twin: a round of Philox over 64
 *       blocks, then the next; keep bits become a byte an element and bytes become lanes; arithmetic on arrays of floats or
 *       doubles, and selection on the same memory as integers, since C2 does not vectorise what turns floats into their bits.
 *       Rate 0.1 takes .53 to .68 ns an element, one half .35 (Zen 4, JDK 25, 64Ki elements); the twin takes 1.8. Half of that
 *       is applying the bits, a quarter looking up patterns. Revisit when the module leaves incubation, or C2 vectorises the
 *       bits of floats.
 *   <li><b>Vector code is trusted when it has passed.</b> Every family is held against its scalar twin when first needed. Where
 *       bits differ, or the test throws a {@code LinkageError} or a {@code RuntimeException}, the twin runs, and one warning
 *       names the cause: the vector module incubates, so a later JDK may lack what this was compiled for. {@code FallbackTest}
 *       runs every kernel with each vector class doctored to throw or to do nothing. Revisit when the module leaves incubation:
 *       {@code requires jdk.incubator.vector} itself will not resolve then, and the class path runs the scalar path.
 *   <li><b>Fused chains of 16 bits round once.</b> Bfloat16 and float16 are widened a chunk or a group of rows at a time, go
 *       through the loops of float32 in L1 and L2, and are rounded at the end: a definition of one line, the same on every
 *       path and for both types, and no loop is written twice. Bias, gamma, beta, statistics and the sums over rows stay
 *       float32, as every framework keeps them. 16-bit kernels one after the other round after each step, and differ in the
 *       last places. There is no float64: a chain computes in float32, and of exp, erf and tanh there is no double
 *       here that has the same bits on every path. Revisit for it when somebody trains in
 *       double; for 16 bits when conversions show in a profile.
 *   <li><b>16-bit results are rounded to nearest even</b>; there is no stochastic rounding. It would need random bits of its own,
 *       eight times as many as a mask, and what gains from it is sums of many small steps, such as weights, not activations.
 *       Revisit when somebody trains weights in 16 bits here.
 *   <li><b>Normals are no more exact than their words.</b> Both have 24 random bits, so polynomials to 1e-6 do, and cost a
 *       third less than correct ones. Sine and cosine are taken over half a turn, whose fraction is that of a float, so that
 *       the two share one sign and nothing is swapped or converted. Gaussian dropout takes 1.75 times what its random words
 *       take, .7 ns an element at 64Ki and at 1Mi (Zen 4, JDK 25): normals multiply where they are made, as a pass of its own
 *       for that took up to .4 at 1Mi. Revisit if a generator makes words much faster.
 *   <li><b>Elementary functions fuse multiplications and additions</b>, which is rounded once and so the same everywhere:
 *       softmax of rows of 512 takes .65 instead of .81 ns an element, Concrete dropout 1.17 instead of 1.41. The price is that
 *       where there is no such instruction, on x86 before 2013 and without AVX, an operation takes .4 microseconds; the doctor
 *       says so. Revisit when anybody has such a CPU.
 *   <li><b>Each element of a product is one chain of fused multiply-adds</b> in the order of the inner index. A lane is an
 *       element, so the width, the tiles, the blocks, the threads and the scalar twin give the same bits, and runs repeat
 *       on any machine. The price is that the inner index cannot be split over lanes or tasks, as a tall and thin product
 *       would like, and that CPUs without fused multiply-add are very slow at it. Revisit for such shapes, under another
 *       name, since the bits would differ.
 *   <li><b>Products are cut so that nothing is packed twice on a thread.</b> Tiles are 8 rows by 2 vectors of 512 bits, or 4
 *       by 2 where there are 16 registers; a tile runs at 116 of 117 GFLOP/s on Zen 4, so that what is left to lose is
 *       packing: .1 ns an element of B as it lies, .17 transposed. A task of several packs what it needs of both operands by
 *       itself, since to share would be to wait. Few rows read B where it lies, and a product narrower than a panel is
 *       computed across, with rows for lanes, unless more than half of a vector's lanes are columns: then rows of A are read
 *       where they lie (128 x 512 x 10: .85 instead of .76 of OpenBLAS). Revisit for full-width AVX-512, where packing costs
 *       twice as much of the time.
 * </ul>
 *
 * <p>Source: {@code MaskStream} version 1 is this project's own, specified in MASKSTREAM.md at the top of the sources; Philox
 * is that of J. K. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
 */
package io.github.lanedrop.kernels;
