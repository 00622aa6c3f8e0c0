// SPDX-License-Identifier: Apache-2.0

import Testing

extension RealKernel {
  /// ipvsadm's two forms: the program and the real ipvsadm 1.31 side by side.
  @Suite struct IpvsadmFormsTests {
    private let netns = Namespace.current
    private let directory = ScratchDirectory.current

    @Test func doesWhatIpvsadmDoes() async throws {
      try await IpvsadmComparison.run(in: netns, directory) { comparison in
        for vector in IpvsadmVector.all {
          try await comparison.compare(vector, program: Guest.program)
        }
      }
    }

    @Test func doesWhatIpvsadmDoesUnderItsName() async throws {
      let link = "\(directory.path)/ipvsadm"
      try await Guest.output(["ln", "-s", Guest.program, link])
      var generator = IpvsadmGenerator(seed: seed)
      var accepted = 0
      try await IpvsadmComparison.run(in: netns, directory) { comparison in
        for _ in 0..<count {
          let theirs = try await comparison.compare(generator.vector(), program: link)
          if theirs.status == 0 { accepted += 1 }
        }
      }
      print("\(count) generated command lines, of which ipvsadm accepted \(accepted); IPVS_TIMEOUT_SEED=\(seed)")
      // ipvsadm accepts about a quarter. A tenth is five standard deviations away, for any seed.
      #expect(count / 10...count * 9 / 10 ~= accepted, "too few of one kind")
    }

    @Test func refusesOtherForms() async throws {
      try await IpvsadmComparison.run(in: netns, directory) { comparison in
        for vector in IpvsadmVector.neither {
          let ours = try await comparison.outcome(of: Guest.program, vector.arguments)
          #expect(ours.status == 64 && ours.isOneSentence, "\(vector): \(ours)")
          #expect(ours.timeouts == IpvsadmComparison.start, "\(vector)")
        }
      }
    }

    @Test func refusesOtherOperationsAndDoesNothing() async throws {
      try await Guest.output(netns.entering + [Guest.ipvsadm, "-A", "-t", "192.0.2.1:80", "-s", "rr"])
      let services = try await netns.run(Guest.ipvsadm, "-Sn")
      #expect(services == Outcome(0, "-A -t 192.0.2.1:80 -s rr\n"))
      try await IpvsadmComparison.run(in: netns, directory) { comparison in
        for vector in IpvsadmVector.others.map(IpvsadmVector.init(words:)) {
          let ours = try await comparison.outcome(of: Guest.program, vector.arguments)
          #expect([2, 255].contains(ours.status) && ours.isOneSentence, "\(vector): \(ours)")
          #expect(ours.timeouts == IpvsadmComparison.start, "\(vector)")
        }
      }
      expect(try await netns.run(Guest.ipvsadm, "-Sn"), equals: services)
      expect(try await netns.run(Guest.ipvsadm, "-L", "--daemon"), equals: Outcome())
    }

    @Test(arguments: ["-h", "--help", "--version"])
    func explainsItselfWhenAskedFirst(_ option: String) async throws {
      let outcome = try await netns.program(option)
      #expect(outcome.status == 0)
      #expect(outcome.stderr.isEmpty)
      #expect(outcome.stdout.contains(option == "--version" ? "." : "Exit status"))
    }

    /// Decides which command lines are generated.
    ///
    /// Set IPVS_TIMEOUT_SEED to generate the same again.
    private let seed = Guest.variable("IPVS_TIMEOUT_SEED").flatMap { UInt64($0) } ?? .random(in: .min ... .max)

    /// How many are generated.
    private let count = Guest.variable("IPVS_TIMEOUT_VECTORS").flatMap { Int($0) } ?? 200
  }
}
