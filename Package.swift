// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "ipvs-timeout",
  products: [
    .library(name: "IPVS", targets: ["IPVS"]),
    .library(name: "IPVSTesting", targets: ["IPVSTesting"]),
    .executable(name: "ipvs-timeout", targets: ["ipvs-timeout"]),
  ],
  dependencies: [
    // Exactly these: the program runs as root.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
  ],
  targets: [
    // C. One Swift target uses each of these; only the kernel's headers have several users.
    .systemLibrary(
      name: "CLibNL",
      pkgConfig: "libnl-genl-3.0",
      providers: [.apt(["libnl-3-dev", "libnl-genl-3-dev"])]),
    .systemLibrary(name: "CLinux", providers: [.apt(["linux-libc-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "CSyscalls"),
    .target(name: "CStartup", cSettings: [.define("QUIET_RUNTIME", .when(configuration: .release))]),

    // The stair: a target may import the targets above it in this list, and none below.
    .target(name: "Text", swiftSettings: strict),
    .target(name: "Linux", dependencies: ["CSyscalls", "Text", system], swiftSettings: strict),
    .target(name: "Netlink", dependencies: ["CLibNL", "Linux", system], swiftSettings: strict),
    .target(name: "IPVS", dependencies: ["CLinux", "Linux", "Netlink", "Text", system], swiftSettings: strict),
    // For tests of those who use IPVS; nothing above imports it.
    .target(name: "IPVSTesting", dependencies: ["CLinux", "IPVS", "Netlink", system], swiftSettings: strict),
    .target(name: "Ipvsadm", dependencies: ["IPVS", "Linux", "Text", system, subprocess], swiftSettings: strict),
    .target(name: "Directors", dependencies: ["IPVS", "Ipvsadm", "Linux", "Text", system], swiftSettings: strict),
    .target(
      name: "Doctor",
      dependencies: ["CLinux", "CYAML", "Directors", "IPVS", "Ipvsadm", "Linux", "Netlink", "Text", system],
      swiftSettings: strict),
    .executableTarget(
      name: "ipvs-timeout",
      dependencies: [
        "CStartup", "Directors", "Doctor", "IPVS", "Ipvsadm", "Linux", "Text", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["link-order.txt", "link-sections.ld"],
      swiftSettings: strict),

    .target(name: "TestSupport", dependencies: [system], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: strict),
    .testTarget(name: "LinuxTests", dependencies: ["Linux", "TestSupport", subprocess, system], swiftSettings: strict),
    .testTarget(
      name: "NetlinkTests", dependencies: ["CLibNL", "Linux", "Netlink", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "IPVSTests", dependencies: ["CLinux", "IPVS", "IPVSTesting", "Linux", "Netlink", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "IpvsadmTests",
      dependencies: ["IPVS", "Ipvsadm", "TestSupport", "Text", subprocess, system],
      swiftSettings: strict),
    .testTarget(
      name: "DirectorsTests",
      dependencies: ["Directors", "IPVS", "Ipvsadm", "Linux", "TestSupport", subprocess, system],
      swiftSettings: strict),
    .testTarget(
      name: "DoctorTests",
      dependencies: ["CLinux", "Directors", "Doctor", "IPVS", "Ipvsadm", "Linux", "Netlink", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Directors", "Doctor", "IPVS", "Ipvsadm", "Linux", "TestSupport", "Text", "ipvs-timeout", subprocess, system,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "KernelTests",
      dependencies: [
        "CLibNL", "CLinux", "Directors", "Doctor", "IPVS", "Ipvsadm", "Linux", "Netlink", subprocess, system,
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// Only for `make fuzz`, so that users of the package never build it. It needs the parsers, which only this package sees.
if Context.environment["IPVS_TIMEOUT_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CLinux", "Directors", "Doctor", "IPVS", "Ipvsadm", "Linux", "Netlink", "Text", system,
      ],
      path: "Tests/Fuzz", exclude: ["corpus", "run"], swiftSettings: strict))
}

// Only for `make test-sanitized`, which does not test the command: most of its tests start the program.
if Context.environment["IPVS_TIMEOUT_SANITIZED"] != nil {
  let command = ["ipvs-timeout", "CommandTests", "KernelTests"]
  package.targets.removeAll { command.contains($0.name) }
  package.products.removeAll { command.contains($0.name) }
}
