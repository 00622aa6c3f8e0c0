// SPDX-License-Identifier: Apache-2.0

import IPVS
import Testing

@testable import Doctor

@Suite struct KernelReleaseTests {
  @Test func `is read as kernels write it`() {
    #expect(KernelRelease("6.1.0-31-amd64") == KernelRelease(6, 1))
    #expect(KernelRelease("5.9-rc1") == KernelRelease(5, 9))
    #expect(KernelRelease("six.one") == nil)
    #expect(KernelRelease("6") == nil)
  }

  @Test func `has an order of numbers`() {
    #expect(KernelRelease(5, 9) < KernelRelease(5, 10))
    #expect(KernelRelease(5, 19) < KernelRelease(6, 1))
    #expect(!(KernelRelease(5, 9) < KernelRelease(5, 9)))
  }

  @Test func `is that of the running kernel`() throws {
    let release = try #require(try KernelSettings(in: .current).release)
    #expect(release > KernelRelease(4, 0))
  }
}
