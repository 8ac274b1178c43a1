using System.Text.Json;

namespace Orleans.Replication.Nemesis.Silo;

/// <summary>Tells the test what happened: one line of JSON on the standard output.</summary>
internal static class Report
{
    private static readonly Lock Gate = new();

    public static void Write<T>(T report)
    {
        var line = JsonSerializer.Serialize(report, JsonSerializerOptions.Web);
        lock (Gate)
            Console.Out.WriteLine(line);
    }

    public static T? Read<T>(string line)
        where T : class => line.StartsWith('{') ? JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web) : null;
}
