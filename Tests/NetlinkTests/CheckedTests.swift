// SPDX-License-Identifier: Apache-2.0

import Glibc
import SystemPackage
import Testing

@testable import Netlink

/// The seam between libnl's return codes and Swift errors.
@Suite struct CheckedTests {
  @Test(arguments: [0, 1, 44] as [CInt])
  func `what is not negative is a result, whatever errno says`(result: CInt) throws {
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

  @Test func `an errno from before does not count`() {
    errno = EACCES
    #expect(throws: NetlinkError.library("Unspecific failure")) { try checked { -1 } }
  }
}
