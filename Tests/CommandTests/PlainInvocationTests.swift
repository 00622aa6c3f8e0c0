// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ipvs_timeout

/// The plainest command lines are recognised by hand; whoever reads them, they mean the same.
@Suite struct PlainInvocationTests {
  @Test(arguments: [
    [],
    ["show"],
    ["set", "60", "30", "60"],
    ["set", "1", "2", "3"],
    ["set", "0", "0", "0"],
    ["set", "0", "0", "5"],
    ["set", "900", "0", "300"],
    ["set", "060", "30", "60"],
    ["set", "2678400", "2678400", "2678400"],
  ])
  func `is recognised as what the parser makes of it`(arguments: [String]) throws {
    let plain = try #require(Invocation(plain: arguments))
    #expect(try RootCommand.invocation(arguments) == plain)
    #expect(try Invocation(arguments) == plain)
  }

  @Test(arguments: [
    [""],
    ["Show"],
    ["show", ""],
    ["show", "show"],
    ["show", "--quiet"],
    ["--", "show"],
    ["set"],
    ["set", "60", "30"],
    ["set", "60", "30", "60", "60"],
    ["set", "60", "30", "60", "--dry-run"],
    ["set", "--tcp", "60", "60"],
    ["set", "--", "60", "60"],
    ["set", "1m", "30", "60"],
    ["set", "-", "30", "60"],
    ["set", "default", "30", "60"],
    ["set", "-60", "30", "60"],
    ["set", "+60", "30", "60"],
    ["set", "", "30", "60"],
    ["set", "00", "30", "60"],
    ["set", "60 ", "30", "60"],
    ["set", "2678401", "30", "60"],
    ["set", "18446744073709551616", "30", "60"],
    ["set", "٦٠", "30", "60"],
    ["set", "60", "30", "x"],
    ["verify", "60", "30", "60"],
    ["verify"],
    ["help"],
    ["--help"],
  ])
  func `is left to the parser where it is not plain`(arguments: [String]) {
    #expect(Invocation(plain: arguments) == nil)
    let parsed = Result { () throws(Failure) in try RootCommand.invocation(arguments) }
    #expect(Result { () throws(Failure) in try Invocation(arguments) } == parsed)
  }
}
