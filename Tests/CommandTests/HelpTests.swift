// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    (["--help"], HelpTexts.root),
    (["-h"], HelpTexts.root),
    (["help"], HelpTexts.root),
    (["show", "--help"], HelpTexts.show),
    (["help", "show"], HelpTexts.show),
    (["set", "--help"], HelpTexts.set),
    (["set", "60", "30", "60", "-h"], HelpTexts.set),
    (["help", "set"], HelpTexts.set),
    (["verify", "--help"], HelpTexts.verify),
    (["help", "verify"], HelpTexts.verify),
    (["apply", "--help"], HelpTexts.apply),
    (["help", "apply"], HelpTexts.apply),
    (["try", "60", "30", "60", "--help"], HelpTexts.trying),
    (["help", "try"], HelpTexts.trying),
    (["help", "with"], HelpTexts.with),
    (["help", "rollback"], HelpTexts.putBack),
    (["help", "check-policy"], HelpTexts.checkPolicy),
    (["help", "connections"], HelpTexts.connections),
    (["help", "doctor"], HelpTexts.doctor),
    // Help is asked of this program, not of ipvsadm.
    (["--help", "-L", "--timeout"], HelpTexts.root),
    (["-h", "--set", "60", "30", "60"], HelpTexts.root),
  ])
  func `is printed on standard output`(arguments: [String], text: String) async throws {
    #expect(try await BuiltProgram.run(nil, arguments) == .init(status: 0, output: text))
  }

  @Test(arguments: [
    HelpTexts.root, HelpTexts.show, HelpTexts.set, HelpTexts.verify, HelpTexts.apply, HelpTexts.checkPolicy,
    HelpTexts.connections, HelpTexts.doctor, HelpTexts.trying, HelpTexts.with, HelpTexts.putBack,
  ])
  func `fits a terminal, but for the lines of usage`(text: String) {
    for line in text.split(separator: "\n") where !line.hasPrefix("USAGE: ") {
      #expect(line.count <= 80)
    }
  }
}
