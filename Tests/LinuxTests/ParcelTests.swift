// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import SystemPackage
import Testing

@testable import Linux

/// The end of a pipe shows when all descriptors of the other end are closed.
@Suite struct ParcelTests {
  private let reading: FileDescriptor
  private let parcel: CInt

  init() throws {
    let ends = try FileDescriptor.pipe()
    reading = ends.readEnd
    parcel = ends.writeEnd.rawValue
  }

  @Test func `hands its descriptor to the owner, who closes it`() throws {
    defer { try? reading.close() }
    var parcel: Parcel? = Parcel(self.parcel)
    let descriptor = try #require(parcel?.take())
    parcel?.close()
    parcel = nil
    #expect(!isClosed(within: 0))
    close(descriptor)
    #expect(isClosed(within: 0))
  }

  @Test func `closes what nobody has taken`() throws {
    defer { try? reading.close() }
    let parcel = Parcel(self.parcel)
    #expect(!isClosed(within: 0))
    parcel.close()
    #expect(isClosed(within: 0))
    parcel.close()
  }

  /// The thread comes with the descriptor when nobody waits any longer.
  @Test func `closes what comes too late`() throws {
    defer { try? reading.close() }
    let (go, number) = (DispatchSemaphore(value: 0), self.parcel)
    let results = try PatientLookup.each([0], unanswered: nil, within: .milliseconds(500)) { _ in
      go.wait()
      return Parcel(number)
    }
    #expect(results.count == 1 && results[0] == nil)
    #expect(!isClosed(within: 0))
    go.signal()
    #expect(isClosed(within: 60_000))
  }

  private func isClosed(within milliseconds: CInt) -> Bool {
    var question = pollfd(fd: reading.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&question, 1, milliseconds) == 1 && question.revents & Int16(POLLHUP) != 0
  }
}
