/** How large the files, functions and ports of a source are. */
import ts from 'typescript';

export interface Size {
  what: string;
  size: number;
}

export function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

/** Every function with a body, by its name and line, in lines from its head to its closing brace. */
export function functionSizes(file: string, text: string): Size[] {
  return nodesOf(file, text)
    .filter((node) => ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)
    .map((node) => ({
      what: `${file}:${lineOf(node, node.getStart())} ${nameOf(node)}`,
      size: lineOf(node, node.getEnd()) - lineOf(node, node.getStart()) + 1,
    }));
}

/** Every interface, by the number of its methods. */
export function portSizes(file: string, text: string): Size[] {
  return nodesOf(file, text)
    .filter(ts.isInterfaceDeclaration)
    .map((node) => ({
      what: `${file} ${node.name.text}`,
      size: node.members.filter((member) => ts.isMethodSignature(member)).length,
    }));
}

function nodesOf(file: string, text: string): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return nodes;
}

function lineOf(node: ts.Node, position: number): number {
  return node.getSourceFile().getLineAndCharacterOfPosition(position).line + 1;
}

function nameOf(node: ts.Node): string {
  const named = 'name' in node && node.name ? node : node.parent;
  return 'name' in named && named.name ? (named.name as ts.Node).getText() : '(anonymous)';
}
