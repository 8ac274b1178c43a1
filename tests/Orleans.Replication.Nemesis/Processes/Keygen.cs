using System.Diagnostics;

namespace Orleans.Replication.Nemesis.Processes;

/// <summary>Runs <c>orleans-replication keygen</c>, as an operator would before the first start.</summary>
internal static class Keygen
{
    /// <summary>Makes the identity of a data folder.</summary>
    /// <returns>The peer id it printed.</returns>
    public static async Task<string> RunAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "orleans-replication.dll"), "keygen", "--data", dataFolder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"keygen ended with {process.ExitCode}: {await errors}");
    }
}
