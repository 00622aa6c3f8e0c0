// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import ipvs_timeout

/// The plainest command lines, which are recognised by hand and mean the same to the argument parser.
@Suite struct FastPathTests {
  @Test(arguments: [
    [],
    ["show"],
    ["set", "60", "30", "60"],
    ["set", "1", "2", "3"],
    ["set", "0", "0", "0"],
    ["set", "0", "0", "5"],
    ["set", "900", "0", "300"],
    ["set", "2678400", "2678400", "2678400"],
    ["--set", "60", "30", "60"],
    ["--set", "0", "0", "0"],
    ["--set", "0", "2678400", "1"],
    ["-L", "--timeout"],
    ["-l", "--timeout"],
    ["-Ln", "--timeout"],
    ["--version"],
    ["set", "-", "060", "1m"],
    ["show", "--quiet"],
  ])
  func `is recognised as the full parsers understand it`(arguments: [String]) throws {
    let plain = try #require(recognised(arguments))
    #expect(try Invocation(arguments) == plain)
  }

  @Test(arguments: [
    [""],
    ["Show"],
    ["show", ""],
    ["show", "show"],
    ["--", "show"],
    ["set"],
    ["set", "60", "30"],
    ["set", "60", "30", "60", "60"],
    ["set", "--tcp", "60", "60"],
    ["set", "--", "60", "60"],
    ["set", "-60", "30", "60"],
    ["set", "+60", "30", "60"],
    ["set", "", "30", "60"],
    ["set", "00", "30", "60"],
    ["set", "60 ", "30", "60"],
    ["set", "2678401", "30", "60"],
    ["set", "18446744073709551616", "30", "60"],
    ["set", "٦٠", "30", "60"],
    ["set", "60", "30", "x"],
    ["--set", "60", "30"],
    ["--set", "60", "30", " 60"],
    ["--set", "60", "30", "+60"],
    ["--set", "2678401", "30", "60"],
    ["-L", "--timeou"],
    ["-L", "-n", "--timeout"],
    ["--timeout", "-L"],
    ["-C", "--timeout"],
    ["check-policy"],
    ["--all-netns"],
    ["--in-use"],
    ["show", "--netns"],
    ["set", "--netns", "1", "2"],
    ["help"],
  ])
  func `is left to the parser if it is not plain`(arguments: [String]) {
    #expect(recognised(arguments) == nil)
  }

  /// The invocation that is recognised by hand, from arguments as the kernel passes them.
  private func recognised(_ arguments: [String]) -> Invocation? {
    var values = (["ipvs-timeout"] + arguments).map { strdup($0) } + [nil]
    defer { values.forEach { free($0) } }
    let count = CInt(arguments.count + 1)
    return values.withUnsafeMutableBufferPointer { values in
      values.baseAddress.flatMap { Invocation(PlainArguments(count: count, values: $0)) }
    }
  }
}
