using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Orleans.Replication.Cli.Output;

/// <summary>Says what was found or done: to people as text and tables, to scripts as JSON.</summary>
internal sealed class Report(TextWriter output, bool json)
{
    private const int WidthOfNoTerminal = 220;

    private static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new(Indented) { WriteIndented = false };

    private readonly IAnsiConsole _console = NewConsole(output);

    /// <summary>One result.</summary>
    /// <param name="result">What a script reads.</param>
    /// <param name="tell">Writes it for people.</param>
    public void Write(object result, Action<Report> tell)
    {
        if (json)
            output.WriteLine(JsonSerializer.Serialize(result, Indented));
        else
            tell(this);
    }

    /// <summary>One of many results: a line of JSON for a script.</summary>
    public void WriteLine(object result, Func<string> tell) => output.WriteLine(json ? JsonSerializer.Serialize(result, OneLine) : tell());

    public void Line(string text) => output.WriteLine(text);

    public void Table(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in rows)
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        _console.Write(table);
    }

    private static IAnsiConsole NewConsole(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = WidthOfNoTerminal;
        return console;
    }
}
