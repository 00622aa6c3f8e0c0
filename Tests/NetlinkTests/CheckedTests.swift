// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import Netlink

/// The translation of libnl's return codes to Swift errors.
@Suite struct CheckedTests {
  @Test(arguments: [0, 1, 44] as [CInt])
  func `a number that is not negative is a result, whatever errno is`(result: CInt) throws {
    let checkedResult = try checked {
      errno = EACCES
      return result
    }
    #expect(checkedResult == result)
  }

  @Test func `the errno of the system call is kept`() {
    #expect(throws: NetlinkError.system(.permissionDenied)) {
      try checked {
        errno = EACCES
        return -1
      }
    }
  }

  @Test func `an earlier errno does not count`() {
    errno = EACCES
    #expect(throws: NetlinkError.library("Unspecific failure")) { try checked { -1 } }
  }
}
