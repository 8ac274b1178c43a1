using System.ComponentModel;
using System.Diagnostics;

namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>The JavaScript side of the interoperability tests: where it is, whether it can run, and its packages.</summary>
internal static class NodePackages
{
    private const int OldestNode = 20;
    private static readonly Lazy<Task> Installing = new(InstallAsync);

    /// <summary>The folder with package.json, found from the test assembly upwards.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>Why the tests cannot run on this machine; null when they can.</summary>
    public static async Task<string?> WhyNotAsync()
    {
        try
        {
            var (exitCode, output) = await RunAsync("node", ["--version"]);
            return exitCode == 0 && Version.TryParse(output.Trim().TrimStart('v'), out var version) && version.Major < OldestNode
                ? $"The tests against js-libp2p need Node {OldestNode} or later; this machine has {output.Trim()}. Install a later one from nodejs.org to run them."
                : null;
        }
        catch (Win32Exception)
        {
            return $"The tests against js-libp2p need Node {OldestNode} or later, and no 'node' is on the PATH. Install it from nodejs.org to run them.";
        }
    }

    /// <summary>Installs the locked packages beside package.json, once, unless they are there already.</summary>
    public static Task InstallOnceAsync() => Installing.Value;

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json")))
            return;

        var (exitCode, output) = await RunAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        Assert.True(exitCode == 0, $"'npm ci' in {Folder} failed with exit code {exitCode}; the tests against js-libp2p need its packages.\n{output}");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "Interop", "js");
            if (File.Exists(Path.Combine(candidate, "package.json")))
                return candidate;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Interop/js/package.json: run these tests from a checkout.");
    }
}
