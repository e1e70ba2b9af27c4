// The read-only subset of DOM Level 2 that <data> gives a page (VoiceXML 2.1 appendix D).
(function () {
  'use strict';
  const { defineProperty, freeze } = Object;
  const hidden = (of, name, value) => defineProperty(of, name, { value, enumerable: false });
  const ELEMENT = 1, ATTRIBUTE = 2, TEXT = 3, DOCUMENT = 9;
  const CODES = { ELEMENT_NODE: 1, ATTRIBUTE_NODE: 2, TEXT_NODE: 3, CDATA_SECTION_NODE: 4, PROCESSING_INSTRUCTION_NODE: 7, COMMENT_NODE: 8, DOCUMENT_NODE: 9 };

  class NodeList extends Array {
    item(index) { return this[index] || null; }
  }
  class NamedNodeMap extends NodeList {
    getNamedItem(name) { return this.find((node) => node.nodeName === name) || null; }
    getNamedItemNS(uri, name) { return this.find((node) => node.namespaceURI === uri && node.localName === name) || null; }
  }
  class Node {
    constructor(owner, parent, nodeType, nodeName, nodeValue) {
      Object.assign(this, { nodeType, nodeName, nodeValue });
      hidden(this, 'ownerDocument', owner);
      hidden(this, 'parentNode', parent);
      hidden(this, 'childNodes', new NodeList());
    }
    get firstChild() { return this.childNodes.item(0); }
    get lastChild() { return this.childNodes.item(this.childNodes.length - 1); }
    get previousSibling() { return beside(this, -1); }
    get nextSibling() { return beside(this, 1); }
    get attributes() { return null; }
    get textContent() { return this.childNodes.map((child) => child.textContent).join(''); }
    hasChildNodes() { return this.childNodes.length > 0; }
    hasAttributes() { return this.attributes !== null && this.attributes.length > 0; }
    getElementsByTagName(name) { return gathered(this, (node) => name === '*' || node.tagName === name, new NodeList()); }
    getElementsByTagNameNS(uri, name) {
      const fits = (node) => (uri === '*' || node.namespaceURI === uri) && (name === '*' || node.localName === name);
      return gathered(this, fits, new NodeList());
    }
  }
  Object.assign(Node, CODES);
  Object.assign(Node.prototype, CODES);
  const beside = (node, step) => {
    if (!node.parentNode) return null;
    const siblings = node.parentNode.childNodes;
    return siblings.item(siblings.indexOf(node) + step);
  };
  const gathered = (node, fits, found) => {
    for (const child of node.childNodes) {
      if (child.nodeType !== ELEMENT) continue;
      if (fits(child)) found.push(child);
      gathered(child, fits, found);
    }
    return found;
  };

  class Attr extends Node {
    constructor(owner, element, [name, value, namespace]) {
      super(owner, null, ATTRIBUTE, name, value);
      Object.assign(this, { name, value, specified: true, namespaceURI: namespace || null, localName: name.split(':').pop() });
      hidden(this, 'ownerElement', element);
    }
    get textContent() { return this.value; }
  }
  class CharacterText extends Node {
    constructor(owner, parent, words) {
      super(owner, parent, TEXT, '#text', words);
      Object.assign(this, { data: words, length: words.length });
    }
    get textContent() { return this.data; }
    substringData(offset, count) { return this.data.substr(offset, count); }
  }
  class Element extends Node {
    constructor(owner, parent, tree) {
      super(owner, parent, ELEMENT, tree.tag, null);
      Object.assign(this, { tagName: tree.tag, localName: tree.tag.split(':').pop(), namespaceURI: tree.namespace || null,
        prefix: tree.tag.includes(':') ? tree.tag.split(':')[0] : null });
      hidden(this, 'own', new NamedNodeMap());
      tree.attributes.forEach((attribute) => this.own.push(new Attr(owner, this, attribute)));
      tree.children.forEach((child) => this.childNodes.push(typeof child === 'string' ? new CharacterText(owner, this, child) : new Element(owner, this, child)));
      [this.own, this.childNodes, this].forEach(freeze);
    }
    get attributes() { return this.own; }
    getAttributeNode(name) { return this.own.getNamedItem(name); }
    getAttributeNodeNS(uri, name) { return this.own.getNamedItemNS(uri, name); }
    getAttribute(name) { const node = this.getAttributeNode(name); return node ? node.value : ''; }
    getAttributeNS(uri, name) { const node = this.getAttributeNodeNS(uri, name); return node ? node.value : ''; }
    hasAttribute(name) { return this.getAttributeNode(name) !== null; }
    hasAttributeNS(uri, name) { return this.getAttributeNodeNS(uri, name) !== null; }
  }
  class Document extends Node {
    constructor(tree) {
      super(null, null, DOCUMENT, '#document', null);
      this.childNodes.push(new Element(this, this, tree));
      freeze(this.childNodes);
      freeze(this);
    }
    get documentElement() { return this.childNodes[0]; }
    get doctype() { return null; }
    getElementById(id) { return gathered(this, (node) => node.getAttribute('id') === id, new NodeList()).item(0); }
  }
  return (tree) => new Document(tree);
})
