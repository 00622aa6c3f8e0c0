// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

extension RealKernel {
  /// Commands whose nth system call fails, or that are killed there.
  ///
  /// `make test-faults` does this for every call and every errno that it can have.
  @Suite struct FaultTests {
    @Test(arguments: FaultCommand.chosen)
    func reportsTheTruthAboutAFailedCall(_ command: FaultCommand) throws {
      try sweep(command, FaultScene.chosen, faults: FaultScene.faults) { scene, run in
        try scene.mistakes(after: run, of: command)
      }
    }

    @Test(arguments: FaultCommand.chosen)
    func leavesWhatRollbackMendsWhenKilled(_ command: FaultCommand) throws {
      try sweep(command, FaultScene.chosenForKilling, faults: { _ in [.signal(SIGKILL)] }) { scene, run in
        try scene.mistakes(afterKilling: run, of: command)
      }
    }

    /// Runs a command once for each fault of each chosen call.
    private func sweep(
      _ command: FaultCommand, _ choice: ([TracedCall], FaultCommand) -> [TracedCall],
      faults: (TracedCall) -> ArraySlice<Fault>, _ mistakes: (FaultScene, TracedRun) throws -> [String]
    ) throws {
      try FaultScene.with { scene in
        let rehearsal = try scene.run(command)
        #expect(try scene.mistakes(after: rehearsal, of: command).isEmpty, "\(rehearsal.outcome)")
        var (count, missed) = (0, 0)
        for call in choice(rehearsal.calls, command) {
          for fault in faults(call) {
            let run = try scene.run(command) { $0.name == call.name && $0.nth == call.nth ? fault : nil }
            // How often threads wait, and how often the program looks whether its child has ended, differs.
            guard run.hit != nil else {
              missed += 1
              continue
            }
            count += 1
            let (timeouts, files) = (try scene.timeouts, scene.files)
            for mistake in try mistakes(scene, run) {
              Issue.record("\(mistake): \(call), \(fault): \(run.outcome), \(timeouts), \(files)")
            }
          }
        }
        if FaultScene.isComplete {
          print("\(command): \(rehearsal.calls.count) calls, \(count) faults, \(missed) missed")
        }
        #expect(count > 10 && missed * 10 < count)
      }
    }
  }
}
