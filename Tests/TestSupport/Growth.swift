// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How many times as much processor time some work takes with eight times the input.
///
/// It is about 8 for linear work, and 64 for quadratic work. Only the time of this thread counts, so neither the speed of
/// the machine nor its load matters.
///
/// - Parameters:
///   - size: The smaller size.
///   - work: The work for a size. It is done three times for each of both, and the shortest time counts.
/// - Returns: The ratio.
public func growth(from size: Int, _ work: (Int) throws -> Void) rethrows -> Double {
  func time(_ size: Int) throws -> Double {
    var shortest = Double.infinity
    for _ in 1...3 {
      let start = threadTime()
      try work(size)
      shortest = min(shortest, threadTime() - start)
    }
    return shortest
  }
  return try time(8 * size) / time(size)
}

/// The processor time of this thread in seconds.
private func threadTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
