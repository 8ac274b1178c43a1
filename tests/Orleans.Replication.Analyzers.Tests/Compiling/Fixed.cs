using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Orleans.Replication.Analyzers.Tests.Compiling;

/// <summary>Applies a code fix to the one thing that is reported in a source.</summary>
internal static class Fixed
{
    /// <summary>The source with the fix; null when none is offered.</summary>
    public static async Task<string?> ByAsync(CodeFixProvider provider, string source)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var workspace = new AdhocWorkspace();
        var document = AddTo(workspace, source);
        var reported = Assert.Single(await ReportedAsync(document));
        Assert.Contains(reported.Id, provider.FixableDiagnosticIds);

        CodeAction? offered = null;
        await provider.RegisterCodeFixesAsync(new CodeFixContext(document, reported, (action, _) => offered ??= action, cancellationToken));
        return offered is null ? null : await ApplyAsync(offered, document);
    }

    /// <summary>The source with everything fixed at once that the provider fixes.</summary>
    public static async Task<string> AllByAsync(CodeFixProvider provider, string source)
    {
        using var workspace = new AdhocWorkspace();
        var document = AddTo(workspace, source);
        var all = new FixAllContext(
            document, provider, FixAllScope.Document, provider.GetType().Name, provider.FixableDiagnosticIds, new Reported(), TestContext.Current.CancellationToken);
        return await ApplyAsync((await provider.GetFixAllProvider()!.GetFixAsync(all))!, document);
    }

    private static Document AddTo(AdhocWorkspace workspace, string source) => workspace.AddProject("Compiled", LanguageNames.CSharp)
        .WithCompilationOptions(Compiled.Options)
        .WithMetadataReferences(Compiled.References)
        .AddDocument("Source.cs", source);

    /// <summary>What the analyzer reports; the document compiles.</summary>
    private static async Task<IReadOnlyList<Diagnostic>> ReportedAsync(Document document)
    {
        var compilation = (await document.Project.GetCompilationAsync(TestContext.Current.CancellationToken))!;
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return [.. await Compiled.AnalyzeAsync(compilation)];
    }

    private static async Task<string> ApplyAsync(CodeAction action, Document document)
    {
        var operations = await action.GetOperationsAsync(TestContext.Current.CancellationToken);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
        Assert.Empty(await ReportedAsync(changed));
        return (await changed.GetTextAsync(TestContext.Current.CancellationToken)).ToString();
    }

    private sealed class Reported : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => await ReportedAsync(document);

        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => await ReportedAsync(project.Documents.Single());

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
