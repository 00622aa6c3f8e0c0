// SPDX-License-Identifier: Apache-2.0

import Testing

/// Removes the module ip_vs from the guest's kernel for one test, and restores everything afterwards.
struct WithoutModule: TestTrait, TestScoping {
  /// What happens when the kernel asks for the module.
  enum Prospect {
    /// The module is loaded.
    case loadable
    /// The program that loads modules fails.
    case notLoadable
    /// The module's file for this kernel is missing.
    case notInstalled
    /// All files of modules are missing, as in a container.
    case hidden
  }

  let prospect: Prospect

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let loader = try await Guest.output(["cat", WithoutModule.setting]).split(separator: "\n").joined()
    try await WithoutModule.unload()
    switch prospect {
    case .loadable: break
    case .notLoadable: try await WithoutModule.setLoader("/bin/false")
    case .notInstalled, .hidden: try await Guest.output(["mount", "-t", "tmpfs", "none", "/lib/modules"])
    }
    if prospect == .notInstalled {
      try await Guest.output(["sh", "-c", "mkdir \"/lib/modules/$(uname -r)\""])
    }
    let result: Result<Void, any Error>
    do { result = .success(try await function()) } catch { result = .failure(error) }
    if [.notInstalled, .hidden].contains(prospect) { try await Guest.output(["umount", "/lib/modules"]) }
    try await WithoutModule.setLoader(loader)
    try await Guest.output(["modprobe", "ip_vs"])
    try result.get()
  }

  /// Sets the program that the kernel runs to load a module.
  ///
  /// The old setting is restored after the test.
  static func setLoader(_ program: String) async throws {
    try await Guest.output(["sh", "-c", "echo \"$0\" >\(setting)", program])
  }

  /// Whether the module is loaded.
  static var isLoaded: Bool {
    get async throws { try await Guest.output(["cat", "/proc/modules"]).contains("ip_vs ") }
  }

  /// Unloads the module, and before it the modules that use it.
  ///
  /// A service of a namespace that was just deleted uses its scheduler for a moment longer, so this waits for that.
  static func unload() async throws {
    try #require(try await eventually { try await Guest.run(["rmmod"] + (try await users) + ["ip_vs"]).status == 0 })
  }

  /// The modules to unload first: the schedulers of services.
  private static var users: [String] {
    get async throws {
      let modules = try await Guest.output(["cat", "/proc/modules"]).split(separator: "\n")
      let fields = modules.first { $0.hasPrefix("ip_vs ") }?.split(separator: " ") ?? []
      return fields.count < 4 || fields[3] == "-" ? [] : fields[3].split(separator: ",").map(String.init)
    }
  }

  private static let setting = "/proc/sys/kernel/modprobe"
}

extension Trait where Self == WithoutModule {
  /// Starts the test without the module ip_vs.
  static func withoutModule(_ prospect: WithoutModule.Prospect) -> Self { WithoutModule(prospect: prospect) }
}
