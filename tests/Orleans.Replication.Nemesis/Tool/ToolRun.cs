using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Replication.Nemesis.Tool;

/// <summary>One run of <c>orleans-replication</c> as a process, as an operator or a script starts it.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>The tool in its own build output: beside this program lie only the parts that it does not share with a web server.</summary>
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "..", "..", "..", "src", "Orleans.Replication.Cli", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, new DirectoryInfo(AppContext.BaseDirectory).Name, "orleans-replication.dll");

    /// <summary>The output of a run with <c>--json</c>.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<ToolRun> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    public static async Task<ToolRun> StartAsync(string? token, string[] arguments)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (token is not null)
            start.Environment["ORLEANS_REPLICATION_TOKEN"] = token;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new ToolRun(process.ExitCode, output, await errors);
    }

    /// <summary>Requires that it did what it was told.</summary>
    public ToolRun Done()
    {
        Assert.True(ExitCode == 0, $"The tool ended with {ExitCode}: {Errors}{Output}");
        return this;
    }
}
